; PHP: every name, defining or mentioned; those of variables without their dollar.

(name) @name
