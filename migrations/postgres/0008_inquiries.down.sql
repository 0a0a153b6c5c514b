drop table inquiry_attempts;
drop table inquiries;
