# --view host: the program as without devices; its kernels run.
# args: --device sim --view host
# program: add_custom 1
set debuginfod enabled off
set print address off
target remote localhost:@PORT@
break main
continue
delete breakpoints
continue
