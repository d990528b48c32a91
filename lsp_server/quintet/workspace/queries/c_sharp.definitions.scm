; C#: definitions, imports and comments. See python.definitions.scm and java.definitions.scm for what the
; captures mean. A namespace for the whole file is, like a package, no definition.

(method_declaration
  name: (identifier) @name
  body: [(block) (arrow_expression_clause)]? @body) @definition.callable

(local_function_statement
  name: (identifier) @name
  body: [(block) (arrow_expression_clause)] @body) @definition.function

[
  (constructor_declaration
    name: (identifier) @name
    body: [(block) (arrow_expression_clause)] @body)
  (destructor_declaration
    name: (identifier) @name
    body: [(block) (arrow_expression_clause)] @body)
] @definition.method

[
  (class_declaration name: (identifier) @name body: (declaration_list)? @body)
  (struct_declaration name: (identifier) @name body: (declaration_list)? @body)
  (record_declaration name: (identifier) @name body: (declaration_list)? @body)
] @definition.class

(interface_declaration
  name: (identifier) @name
  body: (declaration_list) @body) @definition.interface

(enum_declaration
  name: (identifier) @name
  body: (enum_member_declaration_list) @body) @definition.enum

(namespace_declaration
  name: [(identifier) (qualified_name)] @name
  body: (declaration_list) @body) @definition.namespace

(delegate_declaration
  name: (identifier) @name) @definition.type

(property_declaration
  name: (identifier) @name
  [(accessor_list) (arrow_expression_clause)] @body) @definition.field

[
  (field_declaration (variable_declaration (variable_declarator name: (identifier) @name)))
  (event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name)))
] @definition.field

(using_directive
  [(identifier) (qualified_name) (alias_qualified_name)] @module .) @import

(comment) @comment
