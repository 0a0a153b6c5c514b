drop table moves;
