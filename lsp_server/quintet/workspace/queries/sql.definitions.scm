; SQL: definitions and comments. See python.definitions.scm for what the captures mean. A table counts as a
; class and its columns as fields; scripts do not import one another.

(create_table
  (object_reference name: (identifier) @name)
  . (column_definitions)? @body) @definition.class

(create_view
  (object_reference name: (identifier) @name)
  (create_query) @body) @definition.class

(create_materialized_view
  (object_reference name: (identifier) @name)
  (create_query) @body) @definition.class

(create_function
  (keyword_function)
  . (object_reference name: (identifier) @name)
  (function_body) @body) @definition.function

(create_procedure
  (keyword_procedure)
  . (object_reference name: (identifier) @name)) @definition.function

(create_trigger
  (keyword_trigger)
  . (object_reference name: (identifier) @name)) @definition.function

(create_type
  (object_reference name: (identifier) @name)) @definition.type

(create_schema
  (identifier) @name) @definition.namespace

(create_sequence
  (object_reference name: (identifier) @name)) @definition.constant

(create_index
  column: (identifier) @name) @definition.constant

(column_definitions
  (column_definition name: (identifier) @name) @definition.field)

[(comment) (marginalia)] @comment
