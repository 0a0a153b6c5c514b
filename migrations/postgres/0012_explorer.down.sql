drop index events_by_causation;
drop index events_by_correlation;
drop index events_by_actor;
drop index events_by_id;
