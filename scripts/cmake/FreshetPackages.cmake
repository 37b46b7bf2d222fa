# Everything that comes from outside, as imported targets. All are Debian packages (scripts/packages.txt).
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Protobuf REQUIRED) # protobuf_generate() and protobuf::libprotobuf-lite
find_package(SQLite3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tsl-robin-map REQUIRED)
find_package(doctest REQUIRED)

find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(asio INTERFACE)
target_include_directories(asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})
target_compile_definitions(asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED)
# asio 1.22 looks for this before it includes anything, so files would differ by what they include first, and one file
# would free by operator delete what another had from aligned_alloc.
target_compile_definitions(asio INTERFACE ASIO_HAS_STD_ALIGNED_ALLOC=1)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_definitions(asio INTERFACE ASIO_HAS_CO_AWAIT=1 ASIO_HAS_STD_COROUTINE=1)
endif()
if(FRESHET_SANITIZE MATCHES "thread")
  # ThreadSanitizer does not know fences (g++ refuses them under -Werror); asio's locks order everything without them.
  target_compile_definitions(asio INTERFACE ASIO_DISABLE_FENCED_BLOCK)
endif()
target_link_libraries(asio INTERFACE Threads::Threads)

find_library(UTF8PROC_LIBRARY utf8proc REQUIRED)
add_library(utf8proc INTERFACE)
target_link_libraries(utf8proc INTERFACE ${UTF8PROC_LIBRARY})

find_library(QRCODEGEN_LIBRARY NAMES libqrcodegencpp.a qrcodegencpp REQUIRED)
find_path(QRCODEGEN_INCLUDE_DIR qrcodegen/qrcodegen.hpp REQUIRED)
add_library(qrcodegen INTERFACE)
target_include_directories(qrcodegen SYSTEM INTERFACE ${QRCODEGEN_INCLUDE_DIR})
target_link_libraries(qrcodegen INTERFACE ${QRCODEGEN_LIBRARY})

# Its headers alone: the shared library of the package would be one more thing that the program needs to run.
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
add_library(tomlplusplus INTERFACE)
target_include_directories(tomlplusplus SYSTEM INTERFACE ${TOMLPLUSPLUS_INCLUDE_DIR})

# Of the metadata module alone.
find_path(MEDIAINFO_INCLUDE_DIR MediaInfo/MediaInfo.h REQUIRED)
find_library(MEDIAINFO_LIBRARY mediainfo REQUIRED)
find_library(ZEN_LIBRARY zen REQUIRED)
add_library(mediainfo INTERFACE)
target_include_directories(mediainfo SYSTEM INTERFACE ${MEDIAINFO_INCLUDE_DIR})
target_compile_definitions(mediainfo INTERFACE UNICODE) # as Debian builds it: texts are wide
target_link_libraries(mediainfo INTERFACE ${MEDIAINFO_LIBRARY} ${ZEN_LIBRARY})

find_path(POPPLER_CPP_INCLUDE_DIR poppler-document.h PATH_SUFFIXES poppler/cpp REQUIRED)
find_library(POPPLER_CPP_LIBRARY poppler-cpp REQUIRED)
add_library(poppler_cpp INTERFACE)
target_include_directories(poppler_cpp SYSTEM INTERFACE ${POPPLER_CPP_INCLUDE_DIR})
target_link_libraries(poppler_cpp INTERFACE ${POPPLER_CPP_LIBRARY})

find_library(SECCOMP_LIBRARY seccomp REQUIRED)
add_library(seccomp INTERFACE)
target_link_libraries(seccomp INTERFACE ${SECCOMP_LIBRARY})
