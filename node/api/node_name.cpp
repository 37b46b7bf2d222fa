#include "node/api/node_name.h"

#include <algorithm>
#include <functional>

#include "node/base/id_text.h"

namespace freshet::api {
namespace {

// "[::1]:7346" is also [::1] and ::1.
bool is_address(std::string_view address, std::string_view what) {
  if (address == what) return true;
  std::string_view host = address.substr(0, address.rfind(':'));
  if (host == what) return true;
  if (host.size() < 2 || host.front() != '[') return false;
  return host.substr(1, host.size() - 2) == what;
}

std::vector<std::size_t> those(std::span<const NamedNode> nodes,
                               const std::function<bool(const NamedNode&)>& is_meant) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (is_meant(nodes[i])) found.push_back(i);
  }
  return found;
}

std::vector<std::size_t> meant_by(std::span<const NamedNode> nodes, std::string_view what) {
  auto found = those(nodes, [&](const NamedNode& node) {
    return std::any_of(node.addresses.begin(), node.addresses.end(), [&](const std::string& at) {
      return is_address(at, what);
    });
  });
  if (!found.empty()) return found;
  const std::string lowered = lower_case(what);
  const auto by_name =
      those(nodes, [&](const NamedNode& node) { return lower_case(node.name) == lowered; });
  if (what.empty()) return by_name;
  const auto by_id =
      those(nodes, [&](const NamedNode& node) { return node.key.hex().starts_with(lowered); });
  // A node may take any name, another's id too; the digits that people are shown are nobody else's.
  const bool is_id = what.size() >= kShownIdDigits && !by_id.empty();
  return is_id || by_name.empty() ? by_id : by_name;
}

}  // namespace

std::string describe(const NamedNode& node) {
  std::string text = node.name.empty() ? "" : node.name + " ";
  text += shown_id(node.key);
  if (!node.addresses.empty()) text += " " + node.addresses.front();
  return text;
}

Result<std::size_t> find_node(std::span<const NamedNode> nodes, std::string_view what) {
  const auto found = meant_by(nodes, what);
  if (found.size() == 1) return found.front();
  if (found.empty())
    return Error{.code = ErrorCode::not_found, .message = "'" + std::string(what) + "' is none"};
  std::string message = "'" + std::string(what) + "' means several nodes; say more of an id:";
  for (const std::size_t i : found)
    message += (i == found.front() ? " " : ", ") + describe(nodes[i]);
  return Error{.code = ErrorCode::invalid, .message = std::move(message)};
}

}  // namespace freshet::api
