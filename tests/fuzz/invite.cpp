// An invite from anybody: pasted, from a file, or read off a screen.
#include "node/store/invite.h"

#include "node/base/check.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;  // NOLINT(google-build-using-namespace): a test
  const auto invite = store::parse_invite(text_of({data, size}));
  if (!invite) return 0;
  FRESHET_CHECK(invite->addresses.size() <= store::kMaxInviteAddresses);
  FRESHET_CHECK(invite->mesh.name.size() <= store::kMaxMeshNameBytes);
  const auto again = store::parse_invite(store::to_uri(*invite));
  // Percent-encoding may make it longer than what is taken.
  if (!again) return 0;
  FRESHET_CHECK(again->mesh == invite->mesh && again->addresses == invite->addresses);
  return 0;
}
