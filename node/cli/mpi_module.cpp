// MPI behind four functions, in a module of its own: only a program that was started by mpirun or
// srun loads it, so nobody else carries or needs the library.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <mpi.h>

namespace {

constexpr int kTag = 1;
constexpr std::size_t kPiece = std::size_t{1} << 30U;  ///< MPI counts in int

void send_all(const char* bytes, std::size_t size) {
  std::uint64_t length = size;
  MPI_Send(&length, 1, MPI_UINT64_T, 0, kTag, MPI_COMM_WORLD);
  for (std::size_t at = 0; at < size; at += kPiece) {
    const std::size_t piece = size - at < kPiece ? size - at : kPiece;
    MPI_Send(bytes + at, static_cast<int>(piece), MPI_BYTE, 0, kTag, MPI_COMM_WORLD);
  }
}

std::string receive_all(int rank) {
  std::uint64_t length = 0;
  MPI_Recv(&length, 1, MPI_UINT64_T, rank, kTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  std::string bytes(length, '\0');
  for (std::size_t at = 0; at < length; at += kPiece) {
    const std::size_t piece = length - at < kPiece ? length - at : kPiece;
    MPI_Recv(bytes.data() + at,
             static_cast<int>(piece),
             MPI_BYTE,
             rank,
             kTag,
             MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
  }
  return bytes;
}

}  // namespace

extern "C" {

void freshet_mpi_begin(unsigned* rank, unsigned* size) {
  MPI_Init(nullptr, nullptr);
  int mine = 0;
  int all = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &mine);
  MPI_Comm_size(MPI_COMM_WORLD, &all);
  *rank = static_cast<unsigned>(mine);
  *size = static_cast<unsigned>(all);
}

/// Rank 0 hears the bytes of every rank, in order.
void freshet_mpi_gather(const char* bytes,
                        std::size_t size,
                        void* context,
                        void (*hear)(void* context, const char* bytes, std::size_t size)) {
  int rank = 0;
  int ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (rank != 0) {
    send_all(bytes, size);
    return;
  }
  hear(context, bytes, size);
  for (int other = 1; other < ranks; ++other) {
    const std::string received = receive_all(other);
    hear(context, received.data(), received.size());
  }
}

void freshet_mpi_end() {
  MPI_Finalize();
}
}
