// What one member hands to another: a mesh, and addresses to reach it by, as a text that fits a
// chat message or a QR code:
//
//     freshet:1?name=Room%2012&key=BASE64URL&mod=BASE64URL&at=192.0.2.7:7346&at=[2001:db8::7]:7346
//
// 1 is the version. `key` is the mesh's secret of 32 bytes; without it the invite is to the open
// mesh. `mod` is the public key of its moderator. Both are base64url (RFC 4648) without padding;
// what is not plain is percent-encoded (RFC 3986). Fields that are not known are ignored. Whoever
// reads an invite with a key is a member: it is not for an argument, which all users of a machine
// can see.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/base/result.h"
#include "node/store/mesh.h"

namespace freshet::store {

inline constexpr std::string_view kInviteScheme = "freshet:";
inline constexpr std::size_t kMaxInviteBytes = 2048;
inline constexpr std::size_t kMaxInviteAddresses = 8;
inline constexpr std::size_t kMaxInviteAddressBytes = 128;

struct Invite {
  Mesh mesh;
  std::vector<std::string> addresses;  ///< HOST:PORT; printable and not looked at any closer here
};

/// REQUIRES: within the limits above.
std::string to_uri(const Invite& invite);
/// `text`, blanks around it aside. Errors: invalid, without a byte of `text` in the message.
Result<Invite> parse_invite(std::string_view text);

}  // namespace freshet::store
