// A client of the FIX edge as people write one with QuickFIX: told what to do line by line, it prints what goes over the wire.
// See README.md beside the scripts of the other clients, and FixClientTests.

#include <quickfix/Session.h>
#include <quickfix/SocketInitiator.h>
#include <quickfix/fix44/MarketDataRequest.h>
#include <quickfix/fix44/NewOrderSingle.h>
#include <quickfix/fix44/OrderCancelReplaceRequest.h>
#include <quickfix/fix44/OrderCancelRequest.h>
#include <quickfix/fix44/OrderMassCancelRequest.h>
#include <quickfix/fix44/OrderMassStatusRequest.h>
#include <quickfix/fix44/OrderStatusRequest.h>
#include <quickfix/fix44/SecurityListRequest.h>

#include <algorithm>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>

namespace
{
// One line for each message, as it is on the wire with bars between the fields: "<" what came, ">" what went,
// "#" what QuickFIX says of it. They come from the thread of the socket and from the one that sends.
class Wire : public FIX::Log, public FIX::LogFactory
{
public:
    FIX::Log* create() override { return this; }
    FIX::Log* create(const FIX::SessionID&) override { return this; }
    void destroy(FIX::Log*) override {}
    void clear() override {}
    void backup() override {}
    void onIncoming(const std::string& message) override { print('<', message); }
    void onOutgoing(const std::string& message) override { print('>', message); }
    void onEvent(const std::string& text) override { print('#', text); }

private:
    void print(char kind, std::string text)
    {
        std::replace(text.begin(), text.end(), '\001', '|');
        std::replace(text.begin(), text.end(), '\n', ' ');
        const std::lock_guard<std::mutex> lock(m_printing);
        std::cout << kind << ' ' << text << std::endl;
    }

    std::mutex m_printing;
};

// The key goes into the logon, where QuickFIX leaves room for what it does not know itself.
class Desk : public FIX::NullApplication
{
public:
    Desk(const std::string& key, bool cancelsOnDisconnect, FIX::Log& log)
        : m_key(key), m_cancelsOnDisconnect(cancelsOnDisconnect), m_log(log) {}

    // What is sent before this is not sent, but kept for who asks for it again.
    void onLogon(const FIX::SessionID&) override { m_log.onEvent("Logged on"); }

    void toAdmin(FIX::Message& message, const FIX::SessionID&) override
    {
        if (message.getHeader().getField(FIX::FIELD::MsgType) != FIX::MsgType_Logon)
            return;
        message.setField(FIX::Password(m_key));
        if (m_cancelsOnDisconnect)
            message.setField(8013, "Y");
    }

private:
    std::string m_key;
    bool m_cancelsOnDisconnect;
    FIX::Log& m_log;
};

// The next word of a command; empty at its end.
std::string word(std::istream& line)
{
    std::string text;
    line >> text;
    return text;
}

FIX::Side side(const std::string& name)
{
    return FIX::Side(name == "buy" ? FIX::Side_BUY : FIX::Side_SELL);
}

// Numbers go as they were typed, not by way of a binary fraction: 99.9 is 99.9.
void setText(FIX::Message& message, int tag, const std::string& text)
{
    if (!text.empty())
        message.setField(tag, text);
}

// new ID SYMBOL buy|sell QUANTITY market|limit [PRICE] [TIME-IN-FORCE]
FIX::Message newOrder(std::istream& line)
{
    const std::string id = word(line), symbol = word(line), towards = word(line), quantity = word(line), type = word(line);
    const bool isLimit = type == "limit";
    FIX44::NewOrderSingle order(
        FIX::ClOrdID(id), side(towards), FIX::TransactTime(), FIX::OrdType(isLimit ? FIX::OrdType_LIMIT : FIX::OrdType_MARKET));
    order.set(FIX::Symbol(symbol));
    setText(order, FIX::FIELD::OrderQty, quantity);
    if (isLimit)
        setText(order, FIX::FIELD::Price, word(line));
    setText(order, FIX::FIELD::TimeInForce, word(line));
    return order;
}

// cancel ID ORIGINAL SYMBOL SIDE
FIX::Message cancel(std::istream& line)
{
    const std::string id = word(line), original = word(line), symbol = word(line), towards = word(line);
    FIX44::OrderCancelRequest request(FIX::OrigClOrdID(original), FIX::ClOrdID(id), side(towards), FIX::TransactTime());
    request.set(FIX::Symbol(symbol));
    return request;
}

// replace ID ORIGINAL SYMBOL SIDE QUANTITY PRICE
FIX::Message replace(std::istream& line)
{
    const std::string id = word(line), original = word(line), symbol = word(line), towards = word(line), quantity = word(line);
    FIX44::OrderCancelReplaceRequest request(
        FIX::OrigClOrdID(original), FIX::ClOrdID(id), side(towards), FIX::TransactTime(), FIX::OrdType(FIX::OrdType_LIMIT));
    request.set(FIX::Symbol(symbol));
    setText(request, FIX::FIELD::OrderQty, quantity);
    setText(request, FIX::FIELD::Price, word(line));
    return request;
}

// masscancel ID [SYMBOL]
FIX::Message massCancel(std::istream& line)
{
    const std::string id = word(line), symbol = word(line);
    FIX44::OrderMassCancelRequest request(
        FIX::ClOrdID(id), FIX::MassCancelRequestType(symbol.empty() ? '7' : '1'), FIX::TransactTime());
    setText(request, FIX::FIELD::Symbol, symbol);
    return request;
}

// status ID SYMBOL SIDE
FIX::Message status(std::istream& line)
{
    const std::string id = word(line), symbol = word(line), towards = word(line);
    FIX44::OrderStatusRequest request(FIX::ClOrdID(id), side(towards));
    request.set(FIX::Symbol(symbol));
    return request;
}

// massstatus ID [SYMBOL]
FIX::Message massStatus(std::istream& line)
{
    const std::string id = word(line), symbol = word(line);
    FIX44::OrderMassStatusRequest request(FIX::MassStatusReqID(id), FIX::MassStatusReqType(symbol.empty() ? 7 : 1));
    setText(request, FIX::FIELD::Symbol, symbol);
    return request;
}

// md ID SYMBOL DEPTH [once|end]: bids, offers and trades, and their changes until it is ended
FIX::Message marketData(std::istream& line)
{
    const std::string id = word(line), symbol = word(line), depth = word(line), how = word(line);
    FIX44::MarketDataRequest request(
        FIX::MDReqID(id), FIX::SubscriptionRequestType(how == "once" ? '0' : how == "end" ? '2' : '1'),
        FIX::MarketDepth(std::stoi(depth)));
    if (how.empty())
        request.set(FIX::MDUpdateType(FIX::MDUpdateType_INCREMENTAL_REFRESH));
    for (const char type : { FIX::MDEntryType_BID, FIX::MDEntryType_OFFER, FIX::MDEntryType_TRADE })
    {
        FIX44::MarketDataRequest::NoMDEntryTypes entry;
        entry.set(FIX::MDEntryType(type));
        request.addGroup(entry);
    }

    FIX44::MarketDataRequest::NoRelatedSym related;
    related.set(FIX::Symbol(symbol));
    request.addGroup(related);
    return request;
}

// securities ID [SYMBOL]
FIX::Message securities(std::istream& line)
{
    const std::string id = word(line), symbol = word(line);
    FIX44::SecurityListRequest request(FIX::SecurityReqID(id), FIX::SecurityListRequestType(symbol.empty() ? 4 : 0));
    setText(request, FIX::FIELD::Symbol, symbol);
    return request;
}

// raw 35=TYPE|TAG=TEXT|...: whatever has no command of its own; the dictionary knows the groups
FIX::Message raw(std::istream& line, const FIX::DataDictionary& dictionary)
{
    std::string fields;
    std::getline(line >> std::ws, fields);
    std::replace(fields.begin(), fields.end(), '|', '\001');
    return FIX::Message("8=FIX.4.4\0019=0\001" + fields + "\00110=000\001", dictionary, false);
}

// A command as a message; "again" before it says that it may have been sent before.
FIX::Message read(std::istream& line, const FIX::DataDictionary& dictionary)
{
    const std::string command = word(line);
    if (command == "again")
    {
        FIX::Message message = read(line, dictionary);
        message.getHeader().setField(FIX::PossResend(true));
        return message;
    }

    if (command == "new") return newOrder(line);
    if (command == "cancel") return cancel(line);
    if (command == "replace") return replace(line);
    if (command == "masscancel") return massCancel(line);
    if (command == "status") return status(line);
    if (command == "massstatus") return massStatus(line);
    if (command == "md") return marketData(line);
    if (command == "securities") return securities(line);
    if (command == "raw") return raw(line, dictionary);
    throw std::invalid_argument("no such command: " + command);
}

FIX::SessionSettings settings(const FIX::SessionID& session, const char* host, const char* port, const char* dictionary)
{
    FIX::Dictionary values;
    values.setString("ConnectionType", "initiator");
    values.setString("SocketConnectHost", host);
    values.setString("SocketConnectPort", port);
    values.setString("SocketNodelay", "Y");
    values.setString("StartTime", "00:00:00");
    values.setString("EndTime", "00:00:00");
    values.setString("HeartBtInt", "10");
    values.setString("ResetOnLogon", "Y");
    values.setString("UseDataDictionary", "Y");
    values.setString("DataDictionary", dictionary);
    values.setString("ValidateUserDefinedFields", "N");

    // How soon to connect again is asked for of no session, but of all.
    FIX::Dictionary common;
    common.setString("ReconnectInterval", "1");
    FIX::SessionSettings settings;
    settings.set(common);
    settings.set(session, values);
    return settings;
}
}

int main(int count, char** arguments)
{
    if (count < 6)
    {
        std::cerr << "client HOST PORT SENDER KEY FIX44.xml [cancel-on-disconnect]" << std::endl;
        return 2;
    }

    const FIX::SessionID session("FIX.4.4", arguments[3], "QUANTUMCORE");
    const FIX::DataDictionary dictionary(arguments[5]);
    Wire wire;
    Desk desk(arguments[4], count > 6, wire);
    FIX::MemoryStoreFactory store;
    FIX::SocketInitiator initiator(desk, store, settings(session, arguments[1], arguments[2], arguments[5]), wire);
    initiator.start();
    for (std::string text; std::getline(std::cin, text) && text != "logout";)
    {
        std::istringstream line(text);
        FIX::Message message = read(line, dictionary);
        FIX::Session::sendToTarget(message, session);
    }

    // Logs out and waits for the answer to it.
    initiator.stop();
    return 0;
}
