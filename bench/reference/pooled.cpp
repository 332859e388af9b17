// The conventional yardstick: plain limit matching as most engines are built. Orders are nodes of a pool, linked by
// pointers, and know their level; a level counts its lots and orders. As in book.cpp, orders are found by their id as
// an index, prices as an index into a window; no checks, no events but the trades, no features.
//
//   g++ -std=c++20 -O3 -march=native -o artifacts/pooled bench/reference/pooled.cpp
//   artifacts/pooled FILE.ops [ROUNDS]
#include "ops.hpp"

namespace {

struct Level;

struct Order {
    Order* next;
    Order* previous;
    Level* level;
    std::uint32_t id, lots;
    std::int32_t price;
    std::uint8_t side;
};

struct Level {
    Order* first = nullptr;
    Order* last = nullptr;
    std::uint64_t lots = 0;
    std::uint32_t orders = 0;
};

// The nodes of all books; one that was given back is the next to be taken.
struct Pool {
    std::vector<Order> nodes;
    Order* free = nullptr;
    std::vector<Order*> by_id;

    Order* take() {
        auto* node = free;
        free = node->next;
        return node;
    }

    void give_back(Order* node) {
        by_id[node->id] = nullptr;
        node->next = free;
        free = node;
    }
};

class Book {
public:
    Book(Pool* pool, int highest)
        : pool_(pool), levels_(highest + 2), prices_(highest + 2), none_(highest + 1), best_{0, none_} {}

    void enter(const Record& r, Sink& sink) {
        auto limit = r.verb != 'M' ? r.price : r.side ? 1 : none_ - 1;
        auto left = r.side ? match<1>(r, limit, sink) : match<0>(r, limit, sink);
        if (left && r.verb != 'I' && r.verb != 'M') rest(r, left);
    }

    void cancel(std::uint32_t id) {
        auto* order = pool_->by_id[id];
        if (!order) return;
        auto& level = *order->level;
        level.lots -= order->lots;
        level.orders--;
        (order->previous ? order->previous->next : level.first) = order->next;
        (order->next ? order->next->previous : level.last) = order->previous;
        if (!level.orders) vacate(order->side, order->price);
        pool_->give_back(order);
    }

private:
    template <int Side>
    std::uint32_t match(const Record& r, int limit, Sink& sink) {
        auto lots = r.quantity;
        while (lots && (Side == 0 ? best_[1] <= limit : best_[0] >= limit)) {
            auto price = best_[Side ^ 1];
            auto& level = levels_[price];
            while (lots && level.first) {
                auto* maker = level.first;
                auto traded = std::min(lots, maker->lots);
                sink.trade(maker->id, r.id, price, traded);
                lots -= traded;
                maker->lots -= traded;
                level.lots -= traded;
                if (maker->lots) return 0;
                level.first = maker->next;
                (maker->next ? maker->next->previous : level.last) = nullptr;
                level.orders--;
                pool_->give_back(maker);
            }
            if (!level.first) vacate(Side ^ 1, price);
        }
        return lots;
    }

    void rest(const Record& r, std::uint32_t lots) {
        auto& level = levels_[r.price];
        auto* order = pool_->take();
        *order = {nullptr, level.last, &level, r.id, lots, r.price, r.side};
        pool_->by_id[r.id] = order;
        (level.last ? level.last->next : level.first) = order;
        level.last = order;
        level.lots += lots;
        if (level.orders++) return;
        prices_.set(r.price);
        best_[r.side] = r.side ? std::min(best_[1], r.price) : std::max(best_[0], r.price);
    }

    // A price has lost its last order. Both sides share the prices, as in book.cpp.
    void vacate(int side, int price) {
        prices_.clear(price);
        if (best_[side] == price) best_[side] = side ? prices_.above(price, none_) : prices_.below(price);
    }

    Pool* pool_;
    std::vector<Level> levels_;
    Prices prices_;
    int none_;
    int best_[2];
};

}  // namespace

int main(int count, char** arguments) {
    Pool pool;
    return run(count, arguments, [&](const Header& header) {
        pool.nodes.resize(header.max_id + 1);
        pool.by_id.resize(header.max_id + 1);
        for (auto node = pool.nodes.rbegin(); node != pool.nodes.rend(); ++node) {
            node->next = pool.free;
            pool.free = &*node;
        }

        std::vector<Book> books;
        for (auto i = 0u; i < header.symbols; i++) books.emplace_back(&pool, header.highest);
        return books;
    });
}
