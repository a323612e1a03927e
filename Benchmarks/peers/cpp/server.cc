// gRPC C++ callback-API server (peer baseline). usage: server h2c|tls|mtls PORT CERTDIR
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/server_credentials.h>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include "bench.grpc.pb.h"

static std::string slurp(const std::string &p) {
    std::ifstream f(p, std::ios::binary);
    if (!f) {
        std::cerr << "cannot read " << p << "\n";
        exit(2);
    }
    std::stringstream s;
    s << f.rdbuf();
    return s.str();
}

class BenchImpl final : public bench::Bench::CallbackService {
    grpc::ServerUnaryReactor *Unary(grpc::CallbackServerContext *c, const bench::Req *q,
                                    bench::Res *r) override {
        r->set_id(q->id());
        r->set_payload(q->payload());
        auto *re = c->DefaultReactor();
        re->Finish(grpc::Status::OK);
        return re;
    }
    grpc::ServerWriteReactor<bench::Chunk> *ServerStream(grpc::CallbackServerContext *,
                                                         const bench::StreamReq *q) override {
        class W final : public grpc::ServerWriteReactor<bench::Chunk> {
            bench::Chunk chunk_;
            uint64_t left_;

          public:
            W(uint32_t n, uint64_t cnt) : left_(cnt) {
                chunk_.mutable_data()->assign(n, 'x');
                Next();
            }
            void Next() {
                if (left_ == 0) {
                    Finish(grpc::Status::OK);
                    return;
                }
                --left_;
                StartWrite(&chunk_);
            }
            void OnWriteDone(bool ok) override {
                if (ok)
                    Next();
                else
                    Finish(grpc::Status(grpc::StatusCode::UNKNOWN, "write"));
            }
            void OnDone() override { delete this; }
        };
        return new W(q->chunk_size(), q->count());
    }
    grpc::ServerReadReactor<bench::Chunk> *ClientStream(grpc::CallbackServerContext *,
                                                        bench::Summary *s) override {
        class R final : public grpc::ServerReadReactor<bench::Chunk> {
            bench::Chunk c_;
            bench::Summary *s_;
            uint64_t n_ = 0, b_ = 0;

          public:
            explicit R(bench::Summary *s) : s_(s) { StartRead(&c_); }
            void OnReadDone(bool ok) override {
                if (ok) {
                    ++n_;
                    b_ += c_.data().size();
                    StartRead(&c_);
                    return;
                }
                s_->set_chunks(n_);
                s_->set_bytes(b_);
                Finish(grpc::Status::OK);
            }
            void OnDone() override { delete this; }
        };
        return new R(s);
    }
    grpc::ServerBidiReactor<bench::Chunk, bench::Chunk> *
    Bidi(grpc::CallbackServerContext *) override {
        class B final : public grpc::ServerBidiReactor<bench::Chunk, bench::Chunk> {
            bench::Chunk c_;

          public:
            B() { StartRead(&c_); }
            void OnReadDone(bool ok) override {
                if (ok)
                    StartWrite(&c_);
                else
                    Finish(grpc::Status::OK);
            }
            void OnWriteDone(bool ok) override {
                if (ok)
                    StartRead(&c_);
                else
                    Finish(grpc::Status(grpc::StatusCode::UNKNOWN, "write"));
            }
            void OnDone() override { delete this; }
        };
        return new B();
    }
};

int main(int argc, char **argv) {
    if (argc < 3) {
        std::cerr << "usage: server h2c|tls|mtls PORT [CERTDIR]\n";
        return 2;
    }
    std::string mode = argv[1], addr = std::string("127.0.0.1:") + argv[2],
                dir = argc > 3 ? argv[3] : "../certs";
    std::shared_ptr<grpc::ServerCredentials> cred;
    if (mode == "h2c")
        cred = grpc::InsecureServerCredentials();
    else {
        grpc::SslServerCredentialsOptions o(
            mode == "mtls" ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                           : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
        o.pem_key_cert_pairs.push_back({slurp(dir + "/server.key"), slurp(dir + "/server.pem")});
        if (mode == "mtls")
            o.pem_root_certs = slurp(dir + "/ca.pem");
        cred = grpc::SslServerCredentials(o);
    }
    BenchImpl svc;
    grpc::ServerBuilder b;
    b.AddListeningPort(addr, cred);
    b.RegisterService(&svc);
    auto s = b.BuildAndStart();
    if (!s) {
        std::cerr << "listen failed\n";
        return 1;
    }
    printf("ready\n");
    fflush(stdout);
    s->Wait();
}
