// A resume file that a crash, a bad disk or somebody with an editor left. Each input is tried as it
// is, and once more as the fields of a head whose length and check are right: no fuzzer guesses a
// 64-bit check.
#include "node/store/resume_data.h"

#include <cstdlib>

#include "node/base/digest.h"

namespace freshet::store {

namespace {

constexpr std::string_view kMagic = "FRSHRSM1";
constexpr std::size_t kCheckBytes = 8;

void try_parse(ByteView input) {
  const auto parsed = parse_resume(input);
  if (!parsed) return;
  if (!is_valid(parsed->head)) std::abort();
  // What was understood is written the same way again.
  std::uint64_t check = 0;
  Bytes encoded = encode_resume_head(parsed->head, check);
  if (check != parsed->check) std::abort();
  for (const std::uint32_t piece : parsed->journal) {
    if (piece >= parsed->head.verified.size()) std::abort();
    const auto record = encode_resume_record(check, piece);
    encoded.insert(encoded.end(), record.begin(), record.end());
  }
  if (encoded.size() + parsed->torn_bytes != input.size()) std::abort();
  if (text_of(encoded) != text_of(input.first(encoded.size()))) std::abort();
}

void try_mended(ByteView fields) {
  Bytes mended(kMagic.begin(), kMagic.end());
  mended.resize(mended.size() + sizeof(std::uint32_t));
  store_le(static_cast<std::uint32_t>(mended.size() + fields.size() + kCheckBytes),
           mended.data() + kMagic.size());
  mended.insert(mended.end(), fields.begin(), fields.end());
  Digest digest;
  digest.add(ByteView(mended));
  mended.resize(mended.size() + kCheckBytes);
  store_le(digest.value(), mended.data() + mended.size() - kCheckBytes);
  try_parse(mended);
}

}  // namespace

}  // namespace freshet::store

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const freshet::ByteView input(data, size);
  freshet::store::try_parse(input);
  freshet::store::try_mended(input);
  return 0;
}
