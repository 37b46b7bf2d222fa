#include "node/base/rng.h"

#include <bit>

#include "node/base/check.h"

namespace freshet {
namespace {

using State = std::array<std::uint32_t, 16>;

// Nonces keep draws, named forks and numbered forks of one key apart.
constexpr std::uint64_t kDrawNonce = 0;
constexpr std::uint64_t kIndexNonce = 1;
constexpr std::uint64_t kNameNonce = 2;

void quarter_round(State& s, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
  s[a] += s[b];
  s[d] = std::rotl(s[d] ^ s[a], 16);
  s[c] += s[d];
  s[b] = std::rotl(s[b] ^ s[c], 12);
  s[a] += s[b];
  s[d] = std::rotl(s[d] ^ s[a], 8);
  s[c] += s[d];
  s[b] = std::rotl(s[b] ^ s[c], 7);
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<Byte>(c)) * 0x100000001B3ULL;
  return hash;
}

Rng::Key first_half(const Rng::Block& block) {
  Rng::Key key{};
  std::memcpy(key.data(), block.data(), key.size());
  return key;
}

}  // namespace

Rng::Block Rng::chacha20_block(const Key& key, std::uint64_t counter, std::uint64_t nonce) {
  State input{0x61707865, 0x3320646E, 0x79622D32, 0x6B206574};
  for (std::size_t i = 0; i < 8; ++i) input[4 + i] = load_le<std::uint32_t>(key.data() + 4 * i);
  input[12] = static_cast<std::uint32_t>(counter);
  input[13] = static_cast<std::uint32_t>(counter >> 32U);
  input[14] = static_cast<std::uint32_t>(nonce);
  input[15] = static_cast<std::uint32_t>(nonce >> 32U);
  State s = input;
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < 4; ++i) quarter_round(s, i, 4 + i, 8 + i, 12 + i);
    for (std::size_t i = 0; i < 4; ++i) {
      quarter_round(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
  }
  Block block{};
  for (std::size_t i = 0; i < 16; ++i) store_le(s[i] + input[i], block.data() + 4 * i);
  return block;
}

Rng Rng::from_seed(std::uint64_t seed) {
  Key key{};
  store_le(seed, key.data());
  return Rng(key);
}

Rng Rng::fork(std::string_view name) const {
  return Rng(first_half(chacha20_block(key_, fnv1a(name), kNameNonce)));
}

Rng Rng::fork(std::uint64_t index) const {
  return Rng(first_half(chacha20_block(key_, index, kIndexNonce)));
}

Rng::Block Rng::next_block() {
  return chacha20_block(key_, counter_++, kDrawNonce);
}

std::uint64_t Rng::next_u64() {
  return load_le<std::uint64_t>(next_block().data());
}

std::uint64_t Rng::below(std::uint64_t bound) {
  FRESHET_CHECK(bound > 0);
  const std::uint64_t reject_below = (0 - bound) % bound;  // 2^64 mod bound
  std::uint64_t draw = next_u64();
  while (draw < reject_below) draw = next_u64();
  return draw % bound;
}

double Rng::unit() {
  return static_cast<double>(next_u64() >> 11U) * 0x1.0p-53;
}

Guid Rng::guid() {
  const Block block = next_block();
  return Guid::from(ByteView(block).first(Guid::kSize));
}

}  // namespace freshet
