#include "node/wire/overlay/file_metadata.h"

#include "node/wire/overlay/message.h"
#include "node/wire/overlay/metadata_field.h"
#include "node/wire/overlay/utf8.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

Bytes encode(const FileMetadata& metadata) {
  pb::FileMetadata message;
  write_metadata(metadata, message);
  return serialize(message);
}

std::optional<FileMetadata> decode_file_metadata(ByteView body) {
  pb::FileMetadata message;
  if (body.size() > kMaxMetadataBytes || !parse(body, message)) return std::nullopt;
  return metadata_of(message);
}

std::string metadata_text(std::string_view text) {
  if (!is_utf8(text)) return {};
  std::string clean;
  for (const char c : text) {
    if (!is_control(c)) {
      clean += c;
    } else if (!clean.empty() && clean.back() != ' ') {
      clean += ' ';
    }
    if (clean.size() > kMaxMetadataTextBytes) break;
  }
  if (clean.size() > kMaxMetadataTextBytes) {
    std::size_t end = kMaxMetadataTextBytes;
    while (end > 0 && continues_character(clean[end])) --end;
    clean.resize(end);
  }
  const std::size_t first = clean.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return clean.substr(first, clean.find_last_not_of(' ') - first + 1);
}

}  // namespace freshet::wire
