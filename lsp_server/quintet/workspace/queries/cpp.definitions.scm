; C++ only. A name written `A::f` is split: its container is A.

(function_definition
  declarator: [
    (function_declarator
      declarator: [(field_identifier) (qualified_identifier) (operator_name) (destructor_name)] @name)
    (pointer_declarator
      declarator: (function_declarator
        declarator: [(field_identifier) (qualified_identifier) (operator_name)] @name))
    (reference_declarator
      (function_declarator
        declarator: [(identifier) (field_identifier) (qualified_identifier) (operator_name)] @name))
  ]
  body: (compound_statement)? @body) @definition.callable

; class EXPORTED Name { … }: the macro is taken for the class, and its name for a variable.
(function_definition
  type: [(class_specifier !body) (struct_specifier !body)]
  declarator: (identifier) @name
  body: (compound_statement) @body) @definition.class

(field_declaration
  declarator: [
    (function_declarator declarator: [(field_identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(field_identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(field_identifier) (operator_name)] @name))
  ]) @definition.signature

(declaration
  declarator: [
    (function_declarator declarator: (destructor_name) @name)
    (reference_declarator (function_declarator declarator: (identifier) @name))
  ]) @definition.signature

(class_specifier
  name: [(type_identifier) (template_type) (qualified_identifier)] @name
  body: (field_declaration_list) @body) @definition.class

(struct_specifier
  name: [(template_type) (qualified_identifier)] @name
  body: (field_declaration_list) @body) @definition.class

(namespace_definition
  name: [(namespace_identifier) (nested_namespace_specifier)] @name
  body: (declaration_list) @body) @definition.namespace

[
  (alias_declaration name: (type_identifier) @name)
  (concept_definition name: (identifier) @name)
] @definition.type

(declaration_list
  (declaration
    declarator: (init_declarator
      declarator: [
        (identifier) @name
        (_ declarator: (identifier) @name)
      ])) @definition.constant)

(template_declaration
  [
    (function_definition)
    (class_specifier)
    (struct_specifier)
    (declaration)
    (alias_declaration)
    (concept_definition)
  ] @inner) @wrapper
