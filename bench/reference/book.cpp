// The strict yardstick: plain limit matching and nothing else, as fast as it goes. One thread, operations loaded before
// the clock starts, orders of 16 bytes found by their id as an index, prices as an index into a window. No checks, no
// events but the trades, no features. It is no product: it is how far a product is from what the machine could do.
//
//   g++ -std=c++20 -O3 -march=native -o artifacts/reference bench/reference/book.cpp
//   artifacts/reference FILE.ops [ROUNDS]
//
// Reads the same OPS1 files as `bench ops` and prints the same names.
#include "ops.hpp"

namespace {

// An order is its place in its queue. Id 0 is nobody; lots are 0 when it is not in the book.
struct Order {
    std::uint32_t next, previous, lots;
    std::int32_t price : 31;
    std::uint32_t side : 1;
};

struct Queue {
    std::uint32_t first = 0, last = 0;
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

}  // namespace

int main(int count, char** arguments) {
    std::vector<Order> orders;
    return run(count, arguments, [&](const Header& header) {
        orders.resize(header.max_id + 1);
        std::vector<Book> books;
        for (auto i = 0u; i < header.symbols; i++) books.emplace_back(orders.data(), header.highest);
        return books;
    });
}
