#include "node/io/net/membership.h"

#include <algorithm>

#include <openssl/crypto.h>

#include "node/base/check.h"
#include "node/wire/bt/keyed_hash.h"

namespace freshet::io {

using wire::bt::equal_in_constant_time;

Membership::Membership(std::optional<ByteView> mesh_key) : open_(!mesh_key) {
  const ByteView key = mesh_key.value_or(open_mesh_key());
  FRESHET_CHECK(key.size() == key_.size());
  std::copy(key.begin(), key.end(), key_.begin());
}

Membership::~Membership() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

Sha256 Membership::prove(const ProofBinding& binding) {
  const Sha256 proof = mesh_proof(key_, binding);
  remember(proof);
  return proof;
}

Membership::Verdict Membership::judge(const ProofBinding& binding, const Sha256& received) {
  const bool replayed = remembers(received);
  remember(received);
  if (equal_in_constant_time(mesh_proof(key_, binding).view(), received.view()))
    return Verdict::member;
  if (replayed) {
    ++counters_.replayed;
    return Verdict::replayed;
  }
  ++counters_.wrong;
  if (open_) return Verdict::private_peer;
  const Sha256 of_open = mesh_proof(open_mesh_key(), binding);
  return equal_in_constant_time(of_open.view(), received.view()) ? Verdict::open_peer
                                                                 : Verdict::other_mesh;
}

void Membership::remember(const Sha256& proof) {
  recent_.at(next_) = proof;
  next_ = (next_ + 1) % kRemembered;
}

bool Membership::remembers(const Sha256& proof) const {
  return !proof.is_zero() && std::find(recent_.begin(), recent_.end(), proof) != recent_.end();
}

}  // namespace freshet::io
