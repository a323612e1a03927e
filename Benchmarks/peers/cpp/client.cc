// gRPC C++ sync-API load client used against every server.
// usage: client h2c|tls|mtls PORT CERTDIR check
//        client ... down SIZE SECONDS      server streaming, 1 stream
//        client ... up SIZE SECONDS        client streaming, 1 stream
//        client ... bidi SIZE SECONDS      ping-pong on one stream
//        client ... unary SECONDS          sequential unary on one channel
// prints one JSON line.
#include <grpcpp/grpcpp.h>
#include <sys/resource.h>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <vector>
#include "bench.grpc.pb.h"
using Clock = std::chrono::steady_clock;
static double since(Clock::time_point t) {
    return std::chrono::duration<double>(Clock::now() - t).count();
}
static double cpu() {
    rusage r;
    getrusage(RUSAGE_SELF, &r);
    return r.ru_utime.tv_sec + r.ru_stime.tv_sec + 1e-6 * (r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}
static std::string slurp(const std::string &p) {
    std::ifstream f(p, std::ios::binary);
    if (!f) {
        std::cerr << p << "?\n";
        exit(2);
    }
    std::stringstream s;
    s << f.rdbuf();
    return s.str();
}
static void die(const char *w, const grpc::Status &s) {
    std::cerr << w << ": " << s.error_code() << " " << s.error_message() << "\n";
    exit(1);
}

int main(int argc, char **argv) {
    if (argc < 5) {
        std::cerr << "usage\n";
        return 2;
    }
    std::string mode = argv[1], dir = argv[3], op = argv[4];
    std::string addr = std::string("localhost:") + argv[2];
    std::shared_ptr<grpc::ChannelCredentials> cred;
    if (mode == "h2c")
        cred = grpc::InsecureChannelCredentials();
    else {
        grpc::SslCredentialsOptions o;
        o.pem_root_certs = slurp(dir + "/ca.pem");
        if (mode == "mtls") {
            o.pem_private_key = slurp(dir + "/client.key");
            o.pem_cert_chain = slurp(dir + "/client.pem");
        }
        cred = grpc::SslCredentials(o);
    }
    grpc::ChannelArguments ca;
    ca.SetMaxReceiveMessageSize(-1);
    auto ch = grpc::CreateCustomChannel(addr, cred, ca);
    auto stub = bench::Bench::NewStub(ch);
    { // connect + correctness probe
        grpc::ClientContext c;
        bench::Req q;
        bench::Res r;
        q.set_id("req-1");
        q.set_payload(std::string(100, 'p'));
        c.set_wait_for_ready(true);
        auto s = stub->Unary(&c, q, &r);
        if (!s.ok())
            die("unary", s);
        if (r.id() != "req-1" || r.payload() != q.payload()) {
            std::cerr << "unary: wrong reply\n";
            return 1;
        }
    }
    double c0 = cpu();
    auto t0 = Clock::now();
    if (op == "check") {
        {
            grpc::ClientContext c;
            bench::StreamReq q;
            q.set_chunk_size(1000);
            q.set_count(50);
            auto rd = stub->ServerStream(&c, q);
            bench::Chunk k;
            uint64_t n = 0, b = 0;
            while (rd->Read(&k)) {
                n++;
                b += k.data().size();
            }
            auto s = rd->Finish();
            if (!s.ok())
                die("down", s);
            if (n != 50 || b != 50000) {
                std::cerr << "down wrong " << n << " " << b << "\n";
                return 1;
            }
        }
        {
            grpc::ClientContext c;
            bench::Summary sm;
            auto w = stub->ClientStream(&c, &sm);
            bench::Chunk k;
            k.set_data(std::string(70000, 'z'));
            for (int i = 0; i < 30; i++)
                if (!w->Write(k))
                    break;
            w->WritesDone();
            auto s = w->Finish();
            if (!s.ok())
                die("up", s);
            if (sm.chunks() != 30 || sm.bytes() != 2100000) {
                std::cerr << "up wrong " << sm.chunks() << " " << sm.bytes() << "\n";
                return 1;
            }
        }
        {
            grpc::ClientContext c;
            auto rw = stub->Bidi(&c);
            bench::Chunk k, r;
            for (int i = 0; i < 20; i++) {
                k.set_data(std::string(i * 3000, 'a' + i));
                if (!rw->Write(k) || !rw->Read(&r) || r.data() != k.data()) {
                    std::cerr << "bidi wrong " << i << "\n";
                    return 1;
                }
            }
            rw->WritesDone();
            auto s = rw->Finish();
            if (!s.ok())
                die("bidi", s);
        }
        std::cout << "{\"check\":\"ok\"}" << std::endl;
        return 0;
    }
    if (op == "down" || op == "up" || op == "bidi") {
        uint32_t size = atoi(argv[5]);
        double secs = atof(argv[6]);
        uint64_t n = 0, b = 0;
        std::vector<float> lat;
        grpc::ClientContext c;
        if (op == "down") {
            bench::StreamReq q;
            q.set_chunk_size(size);
            q.set_count(1ull << 50);
            auto rd = stub->ServerStream(&c, q);
            bench::Chunk k;
            while (rd->Read(&k)) {
                n++;
                b += k.data().size();
                if ((n & 63) == 0 || size >= 65536)
                    if (since(t0) >= secs)
                        break;
            }
        } else if (op == "up") {
            bench::Summary sm;
            bench::Chunk k;
            k.set_data(std::string(size, 'u'));
            auto w = stub->ClientStream(&c, &sm);
            while (true) {
                if (!w->Write(k)) {
                    auto s = w->Finish();
                    die("write", s);
                }
                n++;
                b += size;
                if ((n & 63) == 0 || size >= 65536)
                    if (since(t0) >= secs)
                        break;
            }
            w->WritesDone();
            auto s = w->Finish();
            if (!s.ok())
                die("up", s);
            if (sm.chunks() != n || sm.bytes() != b) {
                std::cerr << "up mismatch\n";
                return 1;
            }
        } else {
            bench::Chunk k, r;
            k.set_data(std::string(size, 'b'));
            auto rw = stub->Bidi(&c);
            while (since(t0) < secs) {
                auto t = Clock::now();
                if (!rw->Write(k) || !rw->Read(&r)) {
                    std::cerr << "bidi broke\n";
                    return 1;
                }
                n++;
                b += size;
                lat.push_back(since(t));
            }
        }
        double el = since(t0), cp = cpu() - c0;
        std::sort(lat.begin(), lat.end());
        printf("{\"op\":\"%s\",\"size\":%u,\"secs\":%.4f,\"msgs\":%lu,\"bytes\":%lu,\"mb_s\":%.2f,"
               "\"msg_s\":%.1f,\"client_cpu\":%.3f",
               op.c_str(), size, el, n, b, b / el / 1e6, n / el, cp);
        if (!lat.empty())
            printf(",\"p50_us\":%.1f,\"p99_us\":%.1f", lat[lat.size() / 2] * 1e6,
                   lat[lat.size() * 99 / 100] * 1e6);
        printf("}\n");
        fflush(stdout);
        if (op != "up") {
            c.TryCancel();
        }
        _exit(0);
    }
    if (op == "unary") {
        double secs = atof(argv[5]);
        std::vector<float> lat;
        bench::Req q;
        bench::Res r;
        q.set_id("req-1");
        q.set_payload(std::string(100, 'p'));
        while (since(t0) < secs) {
            auto t = Clock::now();
            grpc::ClientContext c;
            auto s = stub->Unary(&c, q, &r);
            if (!s.ok())
                die("unary", s);
            lat.push_back(since(t));
        }
        double el = since(t0), cp = cpu() - c0;
        std::sort(lat.begin(), lat.end());
        printf("{\"op\":\"unary\",\"secs\":%.4f,\"rps\":%.1f,\"client_cpu\":%.3f,\"p50_us\":%.1f,"
               "\"p99_us\":%.1f}\n",
               el, lat.size() / el, cp, lat[lat.size() / 2] * 1e6,
               lat[lat.size() * 99 / 100] * 1e6);
        return 0;
    }
    return 2;
}
