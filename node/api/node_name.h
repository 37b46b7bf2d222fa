// Which of some nodes a person means: by an address of it, by its name, or by the first digits of
// its id, in this order.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"

namespace freshet::api {

struct NamedNode {
  NodeKey key;
  std::string name;                    ///< as the node calls itself; any bytes
  std::vector<std::string> addresses;  ///< "ADDR:PORT"
};

/// The place in `nodes` of the one that `what` means: "ADDR:PORT" or ADDR alone, a name (letters of
/// ASCII in either case), or the beginning of an id. Errors: not_found; invalid when several are
/// meant: the message names them.
Result<std::size_t> find_node(std::span<const NamedNode> nodes, std::string_view what);

/// "alice 3fa9c2d81e0b 192.0.2.1:7346", for a person.
std::string describe(const NamedNode& node);

}  // namespace freshet::api
