// The yardstick: plain limit matching and nothing else, as fast as it goes. One thread, operations loaded before
// the clock starts, orders found by their id as an index, prices as an index into a window. No checks, no events
// but the trades, no features. It is no product: it is how far a product is from what the machine could do.
//
//   g++ -std=c++20 -O3 -march=native -o artifacts/reference bench/reference/book.cpp
//   artifacts/reference FILE.ops [ROUNDS]
//
// Reads the same OPS1 files as `bench ops` and prints the same names.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

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

// An order is its place in its queue. Id 0 is nobody; lots are 0 when it is not in the book.
struct Order {
    std::uint32_t next, previous, lots;
    std::int32_t price : 31;
    std::uint32_t side : 1;
};

struct Queue {
    std::uint32_t first = 0, last = 0;
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

// Orders of all books share one array, so that an id is an index.
class Book {
public:
    Book(Order* orders, int highest)
        : orders_(orders), queues_(highest + 2), prices_(highest + 2), none_(highest + 1), best_{0, none_} {}

    template <int Side, bool Rests>
    void enter(const Record& r, int limit, Sink& sink) {
        auto lots = r.quantity;
        auto reaches = [&](int price) { return Side == 0 ? price <= limit : price >= limit; };
        auto price = best_[Side ^ 1];
        while (lots && reaches(price)) {
            auto& queue = queues_[price];
            auto maker = queue.first;
            while (maker) {
                auto& order = orders_[maker];
                auto traded = std::min(lots, order.lots);
                sink.trade(maker, r.id, price, traded);
                order.lots -= traded;
                lots -= traded;
                if (order.lots) break;
                maker = order.next;
                if (!lots) break;
            }
            queue.first = maker;
            if (maker) {
                orders_[maker].previous = 0;
                break;
            }
            queue.last = 0;
            price = vacate<Side ^ 1>(price);
        }
        if (Rests && lots) rest<Side>(r.id, limit, lots);
    }

    void enter(const Record& r, Sink& sink) {
        switch (r.verb) {
        case 'M': return r.side ? enter<1, false>(r, 1, sink) : enter<0, false>(r, none_ - 1, sink);
        case 'I': return r.side ? enter<1, false>(r, r.price, sink) : enter<0, false>(r, r.price, sink);
        default: return r.side ? enter<1, true>(r, r.price, sink) : enter<0, true>(r, r.price, sink);
        }
    }

    void cancel(std::uint32_t id) {
        auto& order = orders_[id];
        if (!order.lots) return;
        order.lots = 0;
        auto& queue = queues_[order.price];
        (order.previous ? orders_[order.previous].next : queue.first) = order.next;
        (order.next ? orders_[order.next].previous : queue.last) = order.previous;
        if (!queue.first) order.side ? vacate<1>(order.price) : vacate<0>(order.price);
    }

private:
    template <int Side>
    void rest(std::uint32_t id, int price, std::uint32_t lots) {
        auto& queue = queues_[price];
        auto last = queue.last;
        orders_[id] = {0, last, lots, price, Side};
        queue.last = id;
        if (last) {
            orders_[last].next = id;
            return;
        }
        queue.first = id;
        prices_.set(price);
        best_[Side] = Side ? std::min(best_[1], price) : std::max(best_[0], price);
    }

    // A price has lost its last order. Both sides share the prices: behind the best of one, away from the other,
    // there are only its own.
    template <int Side>
    int vacate(int price) {
        prices_.clear(price);
        if (best_[Side] == price) best_[Side] = Side ? prices_.above(price, none_) : prices_.below(price);
        return best_[Side];
    }

    Order* orders_;
    std::vector<Queue> queues_;
    Prices prices_;
    int none_;
    int best_[2];
};

void apply(std::vector<Book>& books, const Record& r, Sink& sink) {
    auto& book = books[r.symbol];
    if (r.reference) book.cancel(r.reference);
    if (r.verb != 'C') book.enter(r, sink);
}

}  // namespace

int main(int count, char** arguments) {
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
    std::vector<Order> orders(header.max_id + 1);
    std::vector<Book> books;
    for (auto i = 0u; i < header.symbols; i++) books.emplace_back(orders.data(), header.highest);

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
}
