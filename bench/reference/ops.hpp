// What the references share: operations in the OPS1 format, loaded before the clock starts, the clock itself, and which
// prices of a window have orders.
#pragma once
#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

struct Header {
    char magic[4];
    std::uint32_t symbols;
    std::uint64_t records, preload;
    std::uint32_t max_id;
    std::int32_t lowest, highest;
    std::uint32_t padding;
    std::uint64_t seed, reserved[2];
};

struct Record {
    std::uint8_t verb, side;
    std::uint16_t symbol;
    std::int32_t price;
    std::uint32_t quantity, id, reference, padding;
};

static_assert(sizeof(Header) == 64 && sizeof(Record) == 24);

struct Sink {
    std::uint64_t trades = 0, quantity = 0, hash = 0xcbf29ce484222325;

    void trade(std::uint64_t maker, std::uint64_t taker, std::uint64_t price, std::uint64_t lots) {
        trades++;
        quantity += lots;
        for (auto word : {maker, taker, price, lots})
            hash = (hash ^ word) * 0x100000001b3;
    }
};

// Which prices have orders: a tree of words, 64 branches a node.
class Prices {
public:
    explicit Prices(int count) {
        do {
            count = (count + 63) / 64;
            levels_.emplace_back(count);
        } while (count > 1);
    }

    void set(int price) {
        for (auto& words : levels_) {
            auto& word = words[price >> 6];
            auto before = word;
            word |= 1ull << (price & 63);
            if (before) return;
            price >>= 6;
        }
    }

    void clear(int price) {
        for (auto& words : levels_) {
            if (words[price >> 6] &= ~(1ull << (price & 63))) return;
            price >>= 6;
        }
    }

    // The next price above, or a price beyond all.
    int above(int price, int none) const {
        for (std::size_t level = 0; level < levels_.size(); level++, price >>= 6) {
            auto rest = levels_[level][price >> 6] & (~0ull << (price & 63) << 1);
            if (!rest) continue;
            price = (price & ~63) | std::countr_zero(rest);
            while (level-- > 0) price = price << 6 | std::countr_zero(levels_[level][price]);
            return price;
        }
        return none;
    }

    // The next price below, or 0.
    int below(int price) const {
        for (std::size_t level = 0; level < levels_.size(); level++, price >>= 6) {
            auto rest = levels_[level][price >> 6] & ((1ull << (price & 63)) - 1);
            if (!rest) continue;
            price = (price & ~63) | (63 - std::countl_zero(rest));
            while (level-- > 0) price = price << 6 | (63 - std::countl_zero(levels_[level][price]));
            return price;
        }
        return 0;
    }

private:
    std::vector<std::vector<std::uint64_t>> levels_;
};

template <class Book>
void apply(std::vector<Book>& books, const Record& r, Sink& sink) {
    auto& book = books[r.symbol];
    if (r.reference) book.cancel(r.reference);
    if (r.verb != 'C') book.enter(r, sink);
}

// Plays a file on books made by `make(header)` and prints what `bench ops` prints.
template <class Make>
int run(int count, char** arguments, Make make) {
    auto rounds = count > 2 ? std::atoi(arguments[2]) : 3;
    auto* file = count > 1 ? std::fopen(arguments[1], "rb") : nullptr;
    Header header;
    if (!file || std::fread(&header, sizeof header, 1, file) != 1 || std::memcmp(header.magic, "OPS1", 4) != 0 ||
        header.preload > header.records) {
        std::fprintf(stderr, "reference FILE.ops [ROUNDS]: reads an OPS1 file\n");
        return 2;
    }

    std::vector<Record> records(header.records);
    if (std::fread(records.data(), sizeof(Record), records.size(), file) != records.size()) return 1;
    std::fclose(file);

    auto operations = header.records - header.preload;
    using Clock = std::chrono::steady_clock;
    auto best = Clock::duration::max();
    Sink sink;
    std::vector<std::uint32_t> nanos(operations);
    auto books = make(header);

    // As in `bench ops`: all rounds on the same books, emptied in between, and the first does not count.
    for (auto round = -1; round < rounds * 2; round++) {
        auto timesEach = round >= rounds;
        for (auto r = records.rbegin(); r != records.rend(); ++r) books[r->symbol].cancel(r->id);

        for (auto i = 0ull; i < header.preload; i++) apply(books, records[i], sink);
        sink = {};
        auto* r = records.data() + header.preload;
        auto start = Clock::now();
        for (auto i = 0ull; i < operations; i++) {
            auto each = timesEach ? Clock::now() : start;
            apply(books, r[i], sink);
            if (timesEach) nanos[i] = (Clock::now() - each).count();
        }
        if (!timesEach && round >= 0) best = std::min(best, Clock::now() - start);
    }

    std::sort(nanos.begin(), nanos.end());
    auto at = [&](int perMille) { return nanos.empty() ? 0 : nanos[(nanos.size() - 1) * perMille / 1000]; };
    auto seconds = std::chrono::duration<double>(best).count();
    std::printf(
        "{\"ops\":%llu,\"seconds\":%.6f,\"opsPerSecond\":%.0f,\"trades\":%llu,\"quantity\":%llu,\"hash\":\"%016llx\","
        "\"p50ns\":%u,\"p99ns\":%u,\"p999ns\":%u,\"maxNs\":%u}\n",
        (unsigned long long)operations, seconds, operations / seconds, (unsigned long long)sink.trades,
        (unsigned long long)sink.quantity, (unsigned long long)sink.hash, at(500), at(990), at(999), at(1000));
    return 0;
}
