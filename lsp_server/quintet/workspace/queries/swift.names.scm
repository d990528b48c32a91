; Swift: every name, defining or mentioned.

[(simple_identifier) (type_identifier)] @name
