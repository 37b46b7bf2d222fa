// Somebody between two nodes, on loopback: takes the connections that are meant for one and opens
// one of his own to it for each.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace freshet::testing {

enum class Meddling : std::uint8_t {
  forwards,  ///< the ciphertext as it is: what any router does
  decrypts,  ///< ends TLS on both sides under keys of his own, and passes on what he reads
};

class ManInTheMiddle {
 public:
  /// `victim`: ADDR:PORT, IPv4. Throws std::runtime_error where the system refuses a socket.
  ManInTheMiddle(const std::string& victim, Meddling meddling);
  ~ManInTheMiddle();
  ManInTheMiddle(const ManInTheMiddle&) = delete;
  ManInTheMiddle& operator=(const ManInTheMiddle&) = delete;
  ManInTheMiddle(ManInTheMiddle&&) = delete;
  ManInTheMiddle& operator=(ManInTheMiddle&&) = delete;

  /// Where he waits, ADDR:PORT.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// Bytes that he passed on, in clear where he decrypts.
  [[nodiscard]] std::uint64_t passed() const { return passed_; }
  /// TLS handshakes that he brought to their end on both sides.
  [[nodiscard]] std::uint64_t decrypted() const { return decrypted_; }

 private:
  void run();
  void serve(int client);

  std::string victim_;
  Meddling meddling_;
  int listener_ = -1;
  std::string address_;
  std::atomic<bool> over_ = false;
  std::atomic<std::uint64_t> passed_ = 0;
  std::atomic<std::uint64_t> decrypted_ = 0;
  std::thread thread_;
};

}  // namespace freshet::testing
