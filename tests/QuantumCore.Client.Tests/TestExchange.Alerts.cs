using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;

namespace QuantumCore.Client.Tests;

// Alice's price alerts.
internal sealed partial class TestExchange
{
    private const decimal LastPrice = 150m;

    private readonly List<JsonObject> _alerts = [];
    private long _lastAlert = 1_700_000_000_000;
    private int _run = 1;

    /// <summary>Trades at a price, and fires the alerts it reaches.</summary>
    internal void Trade(string price)
    {
        lock (_gate)
        {
            var traded = decimal.Parse(price, CultureInfo.InvariantCulture);
            foreach (var alert in _alerts.Where(alert => alert["fired"] is null && IsReached(alert, traded)))
                alert["fired"] = new JsonObject
                {
                    ["price"] = price,
                    ["time"] = "2026-01-02T09:00:00.000000410Z",
                    ["timeNanos"] = "1767344400000000410",
                };
            TellAlerts();
        }
    }

    /// <summary>Restarts, with every connection: alerts are forgotten, except one that is set again at once.</summary>
    internal void ForgetAlerts(string again)
    {
        lock (_gate)
        {
            _alerts.RemoveAll(alert => (string)alert["price"]! != again);
            _run++;
            foreach (var stream in _streams)
                stream.Abort();
        }
    }

    private static bool IsReached(JsonObject alert, decimal traded)
    {
        var price = decimal.Parse((string)alert["price"]!, CultureInfo.InvariantCulture);
        return (bool)alert["above"]! ? traded >= price : traded <= price;
    }

    private void MapAlerts(IEndpointRouteBuilder api)
    {
        Read(api, "/alerts", (_, _) => AllAlerts());
        Change(api, "POST", "/alerts", (_, call) => AddAlert(call.Body!));
        Change(api, "DELETE", "/alerts/{id}", (_, call) => RemoveAlert(call.Id));
    }

    private JsonObject AllAlerts() => new()
    {
        ["since"] = $"2026-01-02T08:00:0{_run}.123456789Z",
        ["alerts"] = Copy(_alerts),
    };

    private JsonObject AlertsMessage()
    {
        var all = AllAlerts();
        (all["type"], all["account"]) = ("alerts", "ACC-1001");
        return all;
    }

    private JsonObject AddAlert(JsonObject body)
    {
        _ = FindBook((string)body["symbol"]!);
        var price = decimal.Parse((string)body["price"]!, CultureInfo.InvariantCulture);
        if (body["above"] is null && price == LastPrice)
            throw new TestRefusal(400, "BadRequest", "This is the current price; choose another one.", "price");
        if (_alerts.Count == 50)
            throw new TestRefusal(403, "Forbidden", "an account has at most 50 alerts; remove one first", limit: "50");

        var isAbove = (bool?)body["above"] ?? price > LastPrice;
        var alert = _alerts.Find(
            one => one["fired"] is null && (string)one["price"]! == (string)body["price"]!
                && (bool)one["above"]! == isAbove);
        if (alert is null)
        {
            _alerts.Add(alert = new JsonObject
            {
                ["id"] = ++_lastAlert,
                ["symbol"] = (string)body["symbol"]!,
                ["price"] = (string)body["price"]!,
                ["above"] = isAbove,
                ["time"] = "2026-01-02T08:30:00.000000009Z",
                ["timeNanos"] = "1767342600000000009",
            });
            TellAlerts();
        }

        return (JsonObject)alert.DeepClone();
    }

    private JsonObject RemoveAlert(long id)
    {
        _alerts.RemoveAll(alert => (long)alert["id"]! == id);
        TellAlerts();
        return AllAlerts();
    }

    private void TellAlerts() => Publish(AlertsMessage(), TestStream.Alerts);
}
