drop table projection_versions;
