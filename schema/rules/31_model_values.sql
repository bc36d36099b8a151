-- Values and types: the form in which a value of one type is one of another, if it can be. The same forms as cmdb/value.c gives. Re-created
-- at every migration; safe to run again.

CREATE OR REPLACE FUNCTION cmdb_date_text(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	p integer[];
BEGIN
	IF given ~ '^\d{1,2}\.\d{1,2}\.\d{4}$' THEN
		p := ARRAY[split_part(given, '.', 3)::integer, split_part(given, '.', 2)::integer, split_part(given, '.', 1)::integer];
	ELSIF given ~ '^\d{4}-\d{2}-\d{2}($|T)' THEN
		p := ARRAY[left(given, 4)::integer, substr(given, 6, 2)::integer, substr(given, 9, 2)::integer];
	ELSE
		RETURN NULL;
	END IF;
	IF p[1] < 1 OR p[2] NOT BETWEEN 1 AND 12 OR p[3] < 1 OR p[3] > extract(day FROM make_date(p[1], p[2], 1) + interval '1 month - 1 day') THEN
		RETURN NULL;
	END IF;
	RETURN format('%s-%s-%s', lpad(p[1]::text, 4, '0'), lpad(p[2]::text, 2, '0'), lpad(p[3]::text, 2, '0'));
END $$;
COMMENT ON FUNCTION cmdb_date_text IS 'YYYY-MM-DD of a date in that form or as DD.MM.YYYY, or of an instant; NULL: there is no such date';

CREATE OR REPLACE FUNCTION cmdb_address_text(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF given ~ '^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$' THEN
		RETURN given;
	ELSIF given ~ '^[0-9A-Fa-f:.]+$' AND given LIKE '%:%' THEN
		RETURN host(given::inet);
	END IF;
	RETURN NULL;
EXCEPTION WHEN invalid_text_representation THEN
	RETURN NULL;
END $$;
COMMENT ON FUNCTION cmdb_address_text IS 'An IPv4 or IPv6 address in canonical form; NULL: it is none';

CREATE OR REPLACE FUNCTION cmdb_instant_text(given text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF given ~ '^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$' AND cmdb_date_text(given) IS NOT NULL THEN
		RETURN instant_text(date_trunc('second', given::timestamptz));
	ELSIF cmdb_date_text(given) IS NOT NULL AND given !~ 'T' THEN
		RETURN cmdb_date_text(given) || 'T00:00:00Z';
	END IF;
	RETURN NULL;
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
	RETURN NULL;
END $$;
COMMENT ON FUNCTION cmdb_instant_text IS 'An instant in UTC; a date means its first second; NULL: it is none';

DROP FUNCTION IF EXISTS cmdb_value_convert;
CREATE FUNCTION cmdb_value_convert(value jsonb, to_type attribute_type, choices jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	t text := btrim(value #>> '{}');
	kind text := jsonb_typeof(value);
	number numeric;
BEGIN
	IF kind = 'null' OR value IS NULL THEN
		RETURN NULL;
	ELSIF to_type = 'json' THEN
		RETURN value;
	ELSIF to_type = 'text' THEN
		RETURN CASE WHEN t <> '' AND length(t) <= 10000 AND t !~ '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]' THEN to_jsonb(t) END;
	ELSIF kind IN ('object', 'array') OR t = '' THEN
		RETURN NULL;
	END IF;
	CASE to_type
	WHEN 'integer' THEN
		IF t ~ '^[+-]?\d{1,19}([.,]0+)?$' THEN
			number := trunc(replace(t, ',', '.')::numeric);
			RETURN CASE WHEN number BETWEEN -9223372036854775808 AND 9223372036854775807 THEN to_jsonb(number::bigint) END;
		END IF;
	WHEN 'decimal' THEN
		IF t ~ '^[+-]?\d+([.,]\d+)?$' THEN
			number := trim_scale(replace(t, ',', '.')::numeric);
			RETURN CASE WHEN length(regexp_replace(number::text, '[-.]', '', 'g')) <= 38 THEN to_jsonb(number::text) END;
		END IF;
	WHEN 'boolean' THEN
		RETURN CASE WHEN lower(t) IN ('true', 'yes', '1', 'да', 'истина') THEN to_jsonb(true)
			WHEN lower(t) IN ('false', 'no', '0', 'нет', 'ложь') THEN to_jsonb(false) END;
	WHEN 'date' THEN
		RETURN to_jsonb(cmdb_date_text(t));
	WHEN 'instant' THEN
		RETURN to_jsonb(cmdb_instant_text(t));
	WHEN 'enum' THEN
		RETURN (SELECT e.choice -> 'value' FROM jsonb_array_elements(choices) WITH ORDINALITY AS e(choice, place)
			WHERE lower(t) IN (lower(e.choice ->> 'value'), lower(e.choice ->> 'label_en'), lower(e.choice ->> 'label_ru'))
			ORDER BY e.choice ->> 'value' = t DESC, lower(e.choice ->> 'value') = lower(t) DESC, e.place LIMIT 1);
	WHEN 'reference' THEN
		RETURN CASE WHEN t ~ '^[1-9]\d{0,17}$' THEN to_jsonb(t::bigint) END;
	WHEN 'url' THEN
		RETURN CASE WHEN octet_length(t) <= 2000 AND t ~* '^(https?|ftp|sftp|ssh)://([^/?#@[:space:]]*@)?[^/?#@:[:space:]]' AND t !~ '[[:space:][:cntrl:]"<>\\^`{|}]'
			THEN to_jsonb(t) END;
	WHEN 'ip' THEN
		RETURN to_jsonb(cmdb_address_text(t));
	WHEN 'mac' THEN
		IF t ~* '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$' OR t ~* '^[0-9a-f]{2}(-[0-9a-f]{2}){5}$' OR t ~* '^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$' OR t ~* '^[0-9a-f]{12}$' THEN
			RETURN to_jsonb(rtrim(regexp_replace(lower(regexp_replace(t, '[^0-9A-Fa-f]', '', 'g')), '(..)', '\1:', 'g'), ':'));
		END IF;
	ELSE
		RETURN NULL;
	END CASE;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION cmdb_value_convert IS 'A value as one of another type, in stored form; NULL: it is none';

-- A plan is what becomes of one attribute: {"name","type","choices","reference_class","map","fill","unfit"}; map has new values, or null, by the text of the old.
DROP FUNCTION IF EXISTS cmdb_value_next;
CREATE FUNCTION cmdb_value_next(value jsonb, plan jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	wanted jsonb := value;
BEGIN
	IF jsonb_exists(coalesce(plan -> 'map', '{}'), value #>> '{}') THEN
		wanted := plan -> 'map' -> (value #>> '{}');
		IF jsonb_typeof(wanted) = 'null' THEN
			RETURN 'null';
		END IF;
	END IF;
	wanted := cmdb_value_convert(wanted, (plan ->> 'type')::attribute_type, plan -> 'choices');
	IF plan ->> 'type' = 'reference' AND NOT EXISTS (SELECT FROM ci r JOIN ci_class c ON c.id = r.class_id WHERE r.id = (wanted #>> '{}')::bigint
			AND (plan ->> 'reference_class' IS NULL OR EXISTS (SELECT FROM ci_class w WHERE w.name = plan ->> 'reference_class' AND w.id = ANY (c.lineage)))) THEN
		wanted := NULL;
	END IF;
	RETURN CASE WHEN wanted IS NULL AND plan ->> 'unfit' = 'drop' THEN 'null'::jsonb ELSE wanted END;
END $$;
COMMENT ON FUNCTION cmdb_value_next IS 'What a value becomes by a plan: JSON null is taken away, NULL does not fit';

-- New values of a CI by all plans of the classes in its lineage; `plans` is a list of plans with the id of the declaring class.
DROP FUNCTION IF EXISTS cmdb_values_next;
CREATE FUNCTION cmdb_values_next(given jsonb, lineage bigint[], ended boolean, plans jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	plan jsonb;
	name text;
	wanted jsonb;
	result jsonb := given;
BEGIN
	FOR plan IN SELECT p FROM jsonb_array_elements(plans) AS p WHERE (p ->> 'class_id')::bigint = ANY (lineage) LOOP
		name := plan ->> 'name';
		IF (plan ->> 'values')::boolean AND jsonb_exists(result, name) THEN
			wanted := cmdb_value_next(result -> name, plan);
			result := CASE jsonb_typeof(wanted) WHEN 'null' THEN result - name ELSE result || jsonb_build_object(name, wanted) END;
		END IF;
		IF NOT ended AND jsonb_typeof(coalesce(plan -> 'fill', 'null')) <> 'null' AND NOT jsonb_exists(result, name) THEN
			result := result || jsonb_build_object(name, plan -> 'fill');
		END IF;
	END LOOP;
	RETURN result;
END $$;
COMMENT ON FUNCTION cmdb_values_next IS 'What the values of a CI become by all plans';
