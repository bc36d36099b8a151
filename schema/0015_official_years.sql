-- Working days of a country's years as its authorities laid them down, so that calendars take them over instead of typing them.
CREATE TABLE official_year (
	country      text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
	year         smallint NOT NULL CHECK (year BETWEEN 1970 AND 2045),
	act          jsonb NOT NULL CHECK (jsonb_typeof(act) = 'object'),
	holidays     date[] NOT NULL,
	moved        jsonb NOT NULL DEFAULT '[]',
	short        date[] NOT NULL,
	working_days smallint NOT NULL,
	hours_40     numeric(6,1) NOT NULL,
	PRIMARY KEY (country, year)
);
COMMENT ON TABLE official_year IS 'Official years that come with the program; calendars take them over by request, never by themselves';
COMMENT ON COLUMN official_year.country IS 'ISO 3166-1 alpha-2';
COMMENT ON COLUMN official_year.year IS 'Year';
COMMENT ON COLUMN official_year.act IS 'What lays it down: {"number","date","title_en","title_ru","law_en","law_ru"}';
COMMENT ON COLUMN official_year.holidays IS 'Days off by law, on whatever weekday';
COMMENT ON COLUMN official_year.moved IS 'Days off moved to other days: [{"from","to","by":"act"|"law"}]; a `from` that is no holiday is a working day';
COMMENT ON COLUMN official_year.short IS 'Working days shorter by an hour, before a holiday';
COMMENT ON COLUMN official_year.working_days IS 'Working days of the five-day week, as published';
COMMENT ON COLUMN official_year.hours_40 IS 'Hours of the year with a week of 40 hours, as published';
