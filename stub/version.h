#ifndef STUB_VERSION_H
#define STUB_VERSION_H

#define VERSION_TEXT "0.1.0"

#endif
