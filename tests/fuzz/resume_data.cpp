// A resume file that a crash, a bad disk or somebody with an editor left.
#include "node/store/resume_data.h"

#include <cstdlib>

using namespace freshet;
using namespace freshet::store;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  const auto parsed = parse_resume(input);
  if (!parsed) return 0;
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
  if (encoded.size() + parsed->torn_bytes != size) std::abort();
  if (text_of(encoded) != text_of(input.first(encoded.size()))) std::abort();
  return 0;
}
