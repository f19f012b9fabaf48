// A library with those functions of a CUDA library that we call. A function does nothing but hand its number and its
// arguments to one handler, which Java registers.
//
// gcc -shared -fPIC -fno-builtin -DSYMBOLS='"libcuda.so.1.symbols"' -Wl,-soname,libcuda.so.1 -o libcuda.so.1 standin.c
//
// Every function takes as many integers as the longest one has arguments: in the calling convention of x86-64 a
// callee may look at registers and stack slots that its caller did not set. Floating-point arguments don't arrive.
#include <stdint.h>

typedef int32_t handler_function(int32_t number, const int64_t *arguments);

static handler_function *handler;

void standin_register(handler_function *function) { handler = function; }

// What a function says while nobody has registered: CUDA_ERROR_STUB_LIBRARY.
#define UNREGISTERED 34

#define EIGHT_PARAMETERS(p) \
  int64_t p##0, int64_t p##1, int64_t p##2, int64_t p##3, int64_t p##4, int64_t p##5, int64_t p##6, int64_t p##7
#define EIGHT_VALUES(p) p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7

// The numbers count the lines of the symbol list from 0.
#define FUNCTION(name)                                                                      \
  int32_t name(EIGHT_PARAMETERS(a), EIGHT_PARAMETERS(b), EIGHT_PARAMETERS(c)) {             \
    const int64_t arguments[] = {EIGHT_VALUES(a), EIGHT_VALUES(b), EIGHT_VALUES(c)};        \
    return handler ? handler(__COUNTER__, arguments) : UNREGISTERED;                        \
  }
#include SYMBOLS
