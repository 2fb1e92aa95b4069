#!/bin/sh
# a header is guarded by its path, a .c file opens with what it is
find rsp arch config target stub tests -name '*.h' | while read -r file; do
	guard=$(echo "$file" | tr 'a-z/.-' 'A-Z___')
	printf '#ifndef %s\n#define %s\n' "$guard" "$guard" | cmp -s - "$file" -n "$((2 * ${#guard} + 18))" ||
		echo "$file: starts with neither #ifndef $guard nor its #define"
done
for file in $(find rsp arch config target stub tests -name '*.c'); do
	head -c 2 "$file" | grep -q '^/\*' || echo "$file: no comment at the start"
done
