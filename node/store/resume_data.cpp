#include "node/store/resume_data.h"

#include <bit>
#include <string_view>

#include "node/base/digest.h"

namespace freshet::store {

namespace {

constexpr std::string_view kMagic = "FRSHRSM1";
constexpr std::size_t kCheckBytes = 8;
constexpr std::uint8_t kAside = 1;

/// Takes fields off the front; says once, at the end, whether they were all there.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  ByteView take(std::size_t size) {
    if (size > rest_.size()) {
      complete_ = false;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  template <typename T>
  T integer() {
    const ByteView taken = take(sizeof(T));
    return taken.empty() ? T{} : load_le<T>(taken.data());
  }
  template <typename Id>
  Id id() {
    const ByteView taken = take(Id::kSize);
    return taken.empty() ? Id{} : Id::from(taken);
  }
  std::string text() { return std::string(text_of(take(integer<std::uint16_t>()))); }

  [[nodiscard]] bool at_end() const { return complete_ && rest_.empty(); }
  [[nodiscard]] ByteView rest() const { return rest_; }

 private:
  ByteView rest_;
  bool complete_ = true;
};

template <typename T>
void append(Bytes& to, T value) {
  to.resize(to.size() + sizeof(T));
  store_le(value, to.data() + to.size() - sizeof(T));
}
void append(Bytes& to, ByteView bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

std::uint64_t digest_of(ByteView bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.value();
}

std::uint32_t record_check(std::uint64_t head_check, std::uint32_t piece) {
  Digest digest;
  digest.add(head_check);
  digest.add(std::uint64_t{piece});
  return static_cast<std::uint32_t>(digest.value() >> 32U);
}

Error damaged(const char* what) {
  return Error{ErrorCode::invalid, std::string("the resume file is damaged: ") + what};
}

/// The limits that hold before anything is allocated by the size of the content.
bool sizes_valid(std::uint64_t size_bytes, std::uint32_t piece_length) {
  return std::has_single_bit(piece_length) && piece_length >= kMinPieceLength
         && piece_length <= kMaxPieceLength
         && size_bytes <= std::uint64_t{kMaxResumePieces} * piece_length;
}

bool is_component(std::string_view name) {
  return !name.empty() && name.size() <= kMaxResumeName && name != "." && name != ".."
         && name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

Result<ResumeHead> parse_head(ByteView fields) {
  Reader reader(fields);
  ResumeHead head;
  head.content = reader.id<ContentId>();
  head.size_bytes = reader.integer<std::uint64_t>();
  head.piece_length = reader.integer<std::uint32_t>();
  head.boot = reader.id<BootId>();
  head.name = reader.text();
  head.target_folder = reader.text();
  if (!sizes_valid(head.size_bytes, head.piece_length))
    return damaged("its sizes are beyond all limits");
  const auto pieces = static_cast<std::uint32_t>(piece_count(head.size_bytes, head.piece_length));
  auto verified =
      wire::bt::PieceSet::from_bitfield(reader.take((std::size_t{pieces} + 7) / 8), pieces);
  const bool has_more = !reader.rest().empty();
  if (has_more) head.aside = reader.integer<std::uint8_t>() == kAside;
  if (!verified || !reader.at_end() || head.aside != has_more)
    return damaged("its fields do not add up");
  head.verified = std::move(*verified);
  if (!is_valid(head)) return damaged("its name or folder cannot be one");
  return head;
}

}  // namespace

std::uint64_t piece_count(std::uint64_t size_bytes, std::uint32_t piece_length) {
  return size_bytes / piece_length + (size_bytes % piece_length != 0 ? 1 : 0);
}

bool is_valid(const ResumeHead& head) {
  return sizes_valid(head.size_bytes, head.piece_length)
         && head.verified.size() == piece_count(head.size_bytes, head.piece_length)
         && is_component(head.name) && head.target_folder.starts_with('/')
         && head.target_folder.size() <= kMaxResumeFolder
         && head.target_folder.find('\0') == std::string::npos;
}

Result<ResumeData> parse_resume(ByteView file) {
  Reader reader(file);
  if (text_of(reader.take(kMagic.size())) != kMagic) return damaged("it does not begin as one");
  const std::uint32_t length = reader.integer<std::uint32_t>();
  const std::size_t before = kMagic.size() + sizeof length;
  if (length < before + kCheckBytes || length > file.size()) return damaged("its head is cut off");
  ResumeData data;
  data.check = load_le<std::uint64_t>(file.data() + length - kCheckBytes);
  if (digest_of(file.first(length - kCheckBytes)) != data.check)
    return damaged("its check does not match");
  auto head = parse_head(file.subspan(before, length - kCheckBytes - before));
  if (!head) return head.error();
  data.head = std::move(*head);

  ByteView journal = file.subspan(length);
  while (journal.size() >= kResumeRecordBytes && data.journal.size() < kMaxJournalRecords) {
    const auto piece = load_le<std::uint32_t>(journal.data());
    const auto check = load_le<std::uint32_t>(journal.data() + sizeof piece);
    if (piece >= data.head.verified.size() || check != record_check(data.check, piece)) break;
    data.journal.push_back(piece);
    journal = journal.subspan(kResumeRecordBytes);
  }
  data.torn_bytes = journal.size();
  return data;
}

Bytes encode_resume_head(const ResumeHead& head, std::uint64_t& check) {
  FRESHET_CHECK(is_valid(head));
  Bytes bytes;
  append(bytes, bytes_of(kMagic));
  append(bytes, std::uint32_t{0});
  append(bytes, head.content.view());
  append(bytes, head.size_bytes);
  append(bytes, head.piece_length);
  append(bytes, head.boot.view());
  append(bytes, static_cast<std::uint16_t>(head.name.size()));
  append(bytes, bytes_of(head.name));
  append(bytes, static_cast<std::uint16_t>(head.target_folder.size()));
  append(bytes, bytes_of(head.target_folder));
  append(bytes, head.verified.bitfield());
  if (head.aside) append(bytes, kAside);
  store_le(static_cast<std::uint32_t>(bytes.size() + kCheckBytes), bytes.data() + kMagic.size());
  check = digest_of(bytes);
  append(bytes, check);
  return bytes;
}

std::array<Byte, kResumeRecordBytes> encode_resume_record(std::uint64_t check,
                                                          std::uint32_t piece) {
  std::array<Byte, kResumeRecordBytes> record{};
  store_le(piece, record.data());
  store_le(record_check(check, piece), record.data() + sizeof piece);
  return record;
}

}  // namespace freshet::store
