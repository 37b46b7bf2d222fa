#include <algorithm>
#include <memory>
#include <string>

#include <poppler-document.h>
#include <poppler-global.h>
#include <sys/mman.h>

#include "node/cli/metadata/read_media.h"

namespace freshet::cli {
namespace {

template <std::size_t kRoom>
void put(const poppler::ustring& text, char (&to)[kRoom]) {  // NOLINT(modernize-avoid-c-arrays)
  const poppler::byte_array bytes = text.to_utf8();
  std::size_t end = std::min(bytes.size(), kRoom - 1);
  while (end > 0 && end < bytes.size() && (static_cast<unsigned char>(bytes[end]) & 0xC0U) == 0x80U)
    --end;
  std::copy_n(bytes.begin(), end, to);
}

void read_bytes(const char* bytes, std::uint64_t size, RawMetadata& out) {
  const std::unique_ptr<poppler::document> document(
      poppler::document::load_from_raw_data(bytes, static_cast<int>(size)));
  if (!document || document->is_locked()) return;
  put(document->get_title(), out.title);
  put(document->get_author(), out.artist);
}

}  // namespace

void read_pdf(int file, std::uint64_t size, RawMetadata& out) {
  if (size > kMaxPdfBytes) return;
  void* const bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED) return;
  read_bytes(static_cast<const char*>(bytes), size, out);
  munmap(bytes, size);
}

}  // namespace freshet::cli
