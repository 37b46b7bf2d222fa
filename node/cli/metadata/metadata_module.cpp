// The module's two functions. What is loaded late by the libraries (tables of characters, their
// settings) is loaded before the process gives up opening files.
#include <algorithm>
#include <array>
#include <string>

#include <iconv.h>
#include <poppler-global.h>
#include <unistd.h>

#include "node/cli/metadata/confine.h"
#include "node/cli/metadata/module.h"
#include "node/cli/metadata/read_media.h"

namespace {

using freshet::cli::RawMetadata;

bool is_pdf(int file) {
  std::array<char, 5> front{};
  return pread(file, front.data(), front.size(), 0) == static_cast<ssize_t>(front.size())
         && std::equal(front.begin(), front.end(), "%PDF-");
}

void read_any(int file, RawMetadata& out) {
  const off_t end = lseek(file, 0, SEEK_END);
  if (end <= 0) return;
  const auto size = static_cast<std::uint64_t>(end);
  if (is_pdf(file)) {
    freshet::cli::read_pdf(file, size, out);
  } else {
    freshet::cli::read_media(file, size, out);
  }
}

// Poppler converts titles by iconv, which opens files for that unless its converters are held.
void hold_converters() {
  static const iconv_t from = iconv_open("UTF-16", "UTF-8");
  static const iconv_t to = iconv_open("UTF-8", "UTF-16");
  static_cast<void>(from);
  static_cast<void>(to);
  static_cast<void>(poppler::ustring::from_utf8("x").to_utf8());
}

}  // namespace

extern "C" int freshet_metadata_confine() {
  hold_converters();
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  return freshet::cli::confine() ? 0 : 1;
}

extern "C" void freshet_metadata_read(int file, RawMetadata* out) {
  freshet::cli::begin_cpu_limit();
  try {
    read_any(file, *out);
  } catch (...) {
    *out = {};  // it says nothing that a library understands
  }
}
