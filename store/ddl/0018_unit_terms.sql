-- When units exist, and who answers for them: an office or function, never a person.
ALTER TABLE units
    ADD COLUMN valid_from Nullable(Date) COMMENT 'the first day on which it exists',
    ADD COLUMN valid_to Nullable(Date) COMMENT 'the first day on which it no longer does',
    ADD COLUMN former_province String,
    ADD COLUMN in_charge_vi String,
    ADD COLUMN in_charge_en String,
    ADD COLUMN contact String COMMENT 'a recipient of config/recipients.yaml';
