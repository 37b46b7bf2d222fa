#include "node/store/invite.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "node/base/bytes.h"
#include "node/base/percent.h"

namespace freshet::store {
namespace {

constexpr std::string_view kVersion = "1";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:[]";
constexpr std::size_t kKeyDigits = 43;  // 32 bytes by 6 bits

std::string base64url(ByteView bytes) {
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const Byte byte : bytes) {
    bits = (bits << 8U) | byte;
    for (count += 8; count >= 6; count -= 6) text += kDigits[(bits >> (count - 6)) & 63U];
  }
  if (count > 0) text += kDigits[(bits << (6 - count)) & 63U];
  return text;
}

// Exactly 32 bytes in their only form.
std::optional<std::array<Byte, 32>> key_from(std::string_view text) {
  if (text.size() != kKeyDigits) return std::nullopt;
  std::array<Byte, 32> key{};
  std::size_t at = 0;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char digit : text) {
    const std::size_t value = kDigits.find(digit);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    key.at(at++) = static_cast<Byte>(bits >> count);
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return key;
}

bool is_address(const std::string& text) {
  return !text.empty() && text.size() <= kMaxInviteAddressBytes
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

Error malformed(std::string_view what) {
  return {
      ErrorCode::invalid,
      "the invite is damaged (" + std::string(what) + "); ask for it again, and copy all of it"};
}

// One field into the invite. Errors: invalid.
Status take(std::string_view name, const std::string& value, Invite& invite) {
  if (name == "name") {
    if (!invite.mesh.name.empty() || !check_mesh_name(value)) return malformed("its name");
    invite.mesh.name = value;
  } else if (name == "key") {
    const auto key = key_from(value);
    if (!key || invite.mesh.key) return malformed("its key");
    invite.mesh.key = SecretKey(*key);
  } else if (name == "mod") {
    const auto key = key_from(value);
    if (!key || invite.mesh.moderator) return malformed("its moderator");
    invite.mesh.moderator = NodeKey::from(*key);
  } else if (name == "at") {
    if (!is_address(value) || invite.addresses.size() >= kMaxInviteAddresses)
      return malformed("its addresses");
    invite.addresses.push_back(value);
  }
  return kOk;
}

Status take_fields(std::string_view fields, Invite& invite) {
  while (!fields.empty()) {
    const std::size_t end = std::min(fields.find('&'), fields.size());
    const std::string_view field = fields.substr(0, end);
    fields.remove_prefix(std::min(end + 1, fields.size()));
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) return malformed("a field without a value");
    const auto value = percent_decoded(field.substr(equals + 1));
    if (!value) return malformed("its percent-encoding");
    if (auto taken = take(field.substr(0, equals), *value, invite); !taken) return taken;
  }
  return kOk;
}

}  // namespace

std::string to_uri(const Invite& invite) {
  std::string uri = std::string(kInviteScheme) + std::string(kVersion);
  char separator = '?';
  const auto add = [&](std::string_view name, const std::string& value) {
    uri += std::exchange(separator, '&') + std::string(name) + "=" + value;
  };
  if (!invite.mesh.name.empty()) add("name", percent_encoded(invite.mesh.name, kPlain));
  if (invite.mesh.key) add("key", base64url(invite.mesh.key->view()));
  if (invite.mesh.moderator) add("mod", base64url(invite.mesh.moderator->view()));
  for (const std::string& address : invite.addresses) add("at", percent_encoded(address, kPlain));
  return uri;
}

Result<Invite> parse_invite(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  if (text.size() > kMaxInviteBytes) return malformed("it is too long");
  if (!text.starts_with(kInviteScheme)) {
    return Error{ErrorCode::invalid,
                 "that is no invite: one begins with " + std::string(kInviteScheme)};
  }
  text.remove_prefix(kInviteScheme.size());
  const std::size_t end = std::min(text.find('?'), text.size());
  const std::string_view version = text.substr(0, end);
  if (version != kVersion) {
    const bool later =
        !version.empty() && version.find_first_not_of("0123456789") == std::string::npos;
    if (!later) return malformed("its version");
    return Error{ErrorCode::invalid,
                 "the invite is of a later version of freshet: update this one"};
  }
  text.remove_prefix(std::min(end + 1, text.size()));
  Invite invite;
  if (auto taken = take_fields(text, invite); !taken) return taken.error();
  return invite;
}

}  // namespace freshet::store
