// What Debian's libstdc++, libgcc and OpenSSL ask of the GNU C library and musl does not have, so that .NET's build for musl runs beside them.
// Alpine Linux has its own builds of these libraries; a test on Debian has none. Built as ld-linux-x86-64.so.2, a name that they ask for.
#define _GNU_SOURCE
#include <link.h>
#include <locale.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

char __libc_single_threaded = 0;
unsigned __cpu_model[4];
int __cpu_indicator_init(void) { return 0; }
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library) { return 0; }
uint32_t arc4random(void) { uint32_t bits = 0; return getentropy(&bits, sizeof bits) == 0 ? bits : 0; }
size_t __strftime_l(char *to, size_t size, const char *format, const struct tm *time, locale_t locale) { return strftime_l(to, size, format, time, locale); }

// How libgcc finds the tables of exceptions for an address.
struct found { unsigned long long flags; void *start, *end; struct link_map *map; void *tables; unsigned long long reserved[7]; };
struct query { uintptr_t address; struct found *result; };
static int look(struct dl_phdr_info *object, size_t size, void *state) {
  struct query *query = state;
  void *tables = NULL;
  uintptr_t start = 0, end = 0;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    uintptr_t address = object->dlpi_addr + segment->p_vaddr;
    if (segment->p_type == PT_GNU_EH_FRAME) tables = (void *)address;
    if (segment->p_type == PT_LOAD && query->address >= address && query->address < address + segment->p_memsz) { start = address; end = address + segment->p_memsz; }
  }
  if (end == 0 || tables == NULL) return 0;
  *query->result = (struct found){ .start = (void *)start, .end = (void *)end, .tables = tables };
  return 1;
}
int _dl_find_object(void *address, struct found *result) {
  struct query query = { (uintptr_t)address, result };
  return dl_iterate_phdr(look, &query) ? 0 : -1;
}

// The GNU C library's checked versions of functions, and what OpenSSL uses for jobs that .NET does not start.
void *__memcpy_chk(void *to, const void *from, size_t count, size_t size) { return memcpy(to, from, count); }
void *__memset_chk(void *to, int value, size_t count, size_t size) { return memset(to, value, count); }
char *__strcat_chk(char *to, const char *from, size_t size) { return strcat(to, from); }
long __fdelt_chk(long descriptor) { return descriptor / 64; }
int __vfprintf_chk(FILE *file, int flag, const char *format, va_list arguments) { return vfprintf(file, format, arguments); }
int __fprintf_chk(FILE *file, int flag, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int written = vfprintf(file, format, arguments);
  va_end(arguments);
  return written;
}
int __sprintf_chk(char *to, int flag, size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int written = vsprintf(to, format, arguments);
  va_end(arguments);
  return written;
}
void __syslog_chk(int priority, int flag, const char *format, ...) { }
int getcontext(void *context) { return -1; }
int setcontext(const void *context) { return -1; }
void makecontext(void *context, void (*start)(void), int count, ...) { abort(); }
