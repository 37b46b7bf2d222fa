# The few ways in which this project makes a target.

# freshet_library(NAME sources...): a floor, or a part of one. Link what it needs with target_link_libraries(... PUBLIC ...).
function(freshet_library name)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# freshet_test(NAME SOURCES ... LIBS ...): one doctest binary, one ctest entry, in ${CMAKE_BINARY_DIR}/tests.
# TIMEOUT seconds and LABELS are optional. Most tests wait more than they work, so several run at once for each CPU; one that
# is HEAVY counts for three.
function(freshet_test name)
  cmake_parse_arguments(T "HEAVY" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  if(FRESHET_SANITIZE)
    math(EXPR T_TIMEOUT "${T_TIMEOUT} * 3") # a guard against what hangs; sanitized code takes its time
  endif()
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LIBS} freshet_doctest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}")
  if(T_HEAVY)
    set_tests_properties(${name} PROPERTIES PROCESSORS 3)
  endif()
endfunction()

# freshet_fuzz(NAME SOURCES ... LIBS ...): a libFuzzer target under FRESHET_FUZZ. In every other build the same code is
# linked with a small main that replays the corpus in tests/fuzz/corpus/NAME, as a ctest entry.
function(freshet_fuzz name)
  cmake_parse_arguments(T "" "" "SOURCES;LIBS" ${ARGN})
  set(corpus ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
  if(FRESHET_FUZZ)
    add_executable(fuzz_${name} ${T_SOURCES})
    target_link_libraries(fuzz_${name} PRIVATE ${T_LIBS})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(fuzz_${name} ${T_SOURCES} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    target_link_libraries(fuzz_${name} PRIVATE ${T_LIBS})
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} ${corpus})
    set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 120)
  endif()
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction()
