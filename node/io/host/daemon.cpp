#include "node/io/host/daemon.h"

#include <ctime>
#include <random>
#include <utility>

#include <asio/io_context.hpp>
#include <spdlog/spdlog.h>

#include "node/io/host/node_daemon.h"
#include "node/store/mesh_file.h"

namespace freshet::io {
namespace {

Rng::Key random_key() {
  std::random_device device;
  Rng::Key key{};
  for (std::size_t i = 0; i < key.size(); i += 4)
    store_le(static_cast<std::uint32_t>(device()), key.data() + i);
  return key;
}

UnixSeconds unix_now() {
  return static_cast<UnixSeconds>(std::time(nullptr));
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::open(asio::io_context& io, const DaemonOptions& options) {
  auto state = store::StateDir::open(options.paths);
  if (!state) return state.error();
  auto identity = store::load_or_create_key(options.paths.key);
  if (!identity) return identity.error();
  auto catalogue = store::Catalogue::open(options.paths.catalogue, unix_now());
  if (!catalogue) return catalogue.error();
  if (catalogue->set_aside()) {
    spdlog::warn("the catalogue was damaged; it is now {}, and files are hashed again",
                 *catalogue->set_aside());
  }
  auto mesh = store::load_mesh(options.paths.mesh);
  if (!mesh) return mesh.error();
  if (options.bittorrent && mesh->is_private()) {
    return Error{.code = ErrorCode::invalid,
                 .message =
                     "--bittorrent: this node is of a private mesh, and BitTorrent clients "
                     "are not its members; leave the option out, or use another --state DIR"};
  }
  auto tls = TlsContext::make(identity->secret.view(), mesh->key_view());
  if (!tls) return tls.error();
  auto signer = store::Signer::make(identity->secret.view());
  if (!signer) return signer.error();
  auto daemon = std::make_unique<NodeDaemon>(io,
                                             options,
                                             DaemonParts{.state = std::move(*state),
                                                         .identity = *identity,
                                                         .mesh = std::move(*mesh),
                                                         .catalogue = std::move(*catalogue),
                                                         .tls = std::move(*tls),
                                                         .signer = std::move(*signer)},
                                             random_key());
  if (auto bound = daemon->bind(); !bound) return bound.error();
  return std::unique_ptr<Daemon>(std::move(daemon));
}

}  // namespace freshet::io
