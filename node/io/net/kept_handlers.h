// Handlers that belong to no object of their own but to the links that they hold: they are kept
// here until they are done, and let go together when the node ends.
#pragma once

#include <memory>
#include <set>

#include "node/io/net/tls_link.h"

namespace freshet::io {

using KeptHandlers = std::set<std::shared_ptr<LinkHandler>>;

class KeptHandler : public LinkHandler, public std::enable_shared_from_this<KeptHandler> {
 public:
  explicit KeptHandler(std::shared_ptr<KeptHandlers> kept) : kept_(std::move(kept)) {}

 protected:
  void keep() { kept_->insert(shared_from_this()); }
  /// It goes when what is returned goes.
  [[nodiscard]] std::shared_ptr<KeptHandler> let_go() {
    auto self = shared_from_this();
    kept_->erase(self);
    return self;
  }

 private:
  std::shared_ptr<KeptHandlers> kept_;
};

}  // namespace freshet::io
