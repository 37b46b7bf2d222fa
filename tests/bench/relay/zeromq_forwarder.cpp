// ZeroMQ's own forwarder, as its guide has it: XSUB in, XPUB out, zmq_proxy between.
//   zeromq_forwarder ENDPOINT_IN ENDPOINT_OUT
#include <cstdio>

#include <zmq.h>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  void* context = zmq_ctx_new();
  void* in = zmq_socket(context, ZMQ_XSUB);
  void* out = zmq_socket(context, ZMQ_XPUB);
  const int unlimited = 0;  // a window is in flight, and nothing may be dropped
  zmq_setsockopt(in, ZMQ_RCVHWM, &unlimited, sizeof unlimited);
  zmq_setsockopt(out, ZMQ_SNDHWM, &unlimited, sizeof unlimited);
  if (zmq_bind(in, argv[1]) != 0 || zmq_bind(out, argv[2]) != 0) {
    std::perror("zeromq_forwarder: cannot listen");
    return 1;
  }
  zmq_proxy(in, out, nullptr);
  return 0;
}
