/* Classes and attributes as the CMDB's calls need them: read from the database into a request's arena.
 * A class has the attributes that it and the classes above it declare; no name occurs twice in one lineage. */
#ifndef VAKHTA_CMDB_MODEL_H
#define VAKHTA_CMDB_MODEL_H

#include "http/body.h"

enum value_type {
	VALUE_TEXT,
	VALUE_INTEGER,
	VALUE_DECIMAL,
	VALUE_BOOLEAN,
	VALUE_DATE,
	VALUE_INSTANT,
	VALUE_ENUM,
	VALUE_REFERENCE,
	VALUE_URL,
	VALUE_IP,
	VALUE_MAC,
	VALUE_JSON,
	VALUE_TYPES
};
/* Names as in the schema's type attribute_type, NULL at the end. */
extern const char *const value_type_names[VALUE_TYPES + 1];

struct attribute {
	int64_t id, class_id;
	const char *declared_by; /* name of the class */
	const char *name;
	enum value_type type;
	const char *unit; /* or NULL */
	bool required, unique_within, retired;
	const char *label_en, *label_ru;
	const char *choices; /* JSON, or NULL */
	const char *const *choice_values;
	int choice_count;
	int64_t reference_class_id; /* 0: any class */
	const char *reference_class;
	const char *purpose, *owner, *source;
	int64_t review_days; /* 0: never */
	int64_t position;
	const char *default_value; /* JSON in stored form, or NULL */
	bool indexed;
};

struct class
{
	int64_t id, parent_id; /* 0: a root */
	const char *name, *parent_name;
	const char *const *lineage; /* ids as text, from the root to itself */
	int lineage_count;
	bool abstract;
	const char *label_en, *label_ru, *purpose;
	int64_t position, version;
	int64_t count; /* CIs not retired, of it and below; -1: not asked for */
	const char *name_template; /* of its own, or NULL */
	int64_t review_days; /* of its own; 0: as the class above */
	int64_t owner_id; /* 0: nobody named */
	const char *owner_name, *owner, *source;
	const char *name_template_held; /* the one that holds for it, inherited too; or NULL */
};

/* A life state as one class (0: all classes) declares it. */
struct state {
	int64_t class_id;
	const char *name, *label_en, *label_ru, *colour, *kind;
	int64_t position;
	bool offered;
};

struct model {
	struct class *classes;
	int class_count;
	struct attribute *attributes; /* in the order of pages; of all classes, or of one lineage */
	int attribute_count;
	struct state *states; /* of all classes, in the order of pages */
	int state_count;
};

/* Path segment or field "class": a name, or an id in digits. */
const char *class_key(struct ctx *ctx, struct body *body, const char *name, enum body_need need);

/* All classes with all attributes. `counted` fills class.count. */
bool model_load(struct ctx *ctx, bool counted, struct model *model_r) MUST_CHECK;
/* One class and the attributes that it has; class_count is 0 when there is no such class. `hold` keeps the model
 * unchanged until the end of the transaction: ask for it before judging values that will be written. */
bool model_load_class(struct ctx *ctx, const char *key, bool hold, struct model *model_r) MUST_CHECK;
/* Attributes of the class, of those above and of those below (key NULL: of all); names may repeat. No class:
 * class_count 0. */
bool model_load_scope(struct ctx *ctx, const char *key_or_null, struct model *model_r) MUST_CHECK;

const struct class *model_class(const struct model *model, const char *key);
/* The attribute of this name; in a loaded lineage there is at most one. */
const struct attribute *model_attribute(const struct model *model, const char *name);
/* Does the class have this attribute (declared by it or above)? */
bool class_has(const struct class *class, const struct attribute *attribute);

/* The state of this name as the class has it: its own or inherited. NULL: a CI of the class cannot be in it. */
const struct state *class_state(const struct model *model, const struct class *class, const char *name);
/* "must be one of: planned, in_use, …" in the order of pages. */
const char *class_states_told(struct arena *arena, const struct model *model, const struct class *class);

/* a-z, then a-z, 0-9, _; at most 63. */
bool model_name_valid(const char *name);

/* A path segment that is an id. False: not found. */
bool path_id(struct request *req, int segment, int64_t *id_r) MUST_CHECK;

#endif
