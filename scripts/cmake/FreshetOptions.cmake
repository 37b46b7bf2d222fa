# Compiler settings that hold for every target. Nothing here names a floor.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(FRESHET_TESTS "Build the tests" ON)
option(FRESHET_WERROR "Treat warnings as errors" OFF)
set(FRESHET_SANITIZE "" CACHE STRING "Sanitizers, comma-separated: address,undefined or thread")
option(FRESHET_FUZZ "Build the fuzz targets with libFuzzer (clang); otherwise they only replay their corpora" OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# The simulator's results are the same bytes on every machine: no contraction, no per-machine instruction set.
add_compile_options(-ffp-contract=off -fno-fast-math)
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual)
if(FRESHET_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside std::variant, std::optional and std::vector at -O2 where nothing is wrong (GCC PR 105562, 105329).
  # Linked with link-time optimisation it asks its linker's compiler, too.
  set(FRESHET_FALSE_ALARMS -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-stringop-overread)
  add_compile_options(${FRESHET_FALSE_ALARMS})
  add_link_options(${FRESHET_FALSE_ALARMS})
endif()

# What is built whole and seldom compiles eight files of a target as one: most of the time goes into the same headers
# and templates. So names in anonymous namespaces are one per target, as far as eight files go.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-subobject-linkage) # it takes every file but the first for a header
endif()

if(FRESHET_SANITIZE)
  add_compile_options(-fsanitize=${FRESHET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FRESHET_SANITIZE})
endif()
if(FRESHET_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Link-time optimisation is for what people run. Its objects keep machine code too, so that tests (which turn it off)
# link in a moment instead of compiling the whole program once for each of them.
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-ffat-lto-objects)
endif()
macro(freshet_without_lto)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION OFF)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_link_options(-fno-lto)
  endif()
endmacro()
