#!/bin/sh
# operations of a target are called by the wrappers in target/ only
grep -nE -- '->ops\b|\.ops->' $(find rsp arch config stub -name '*.[ch]')
true
