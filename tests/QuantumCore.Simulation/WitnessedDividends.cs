using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>
/// The witness's own state of dividends, derived from durable records alone. It checks every account's holding at each
/// cut, that its part is decided once and correctly, the rounding difference, and that everything is paid in the end.
/// </summary>
internal sealed class WitnessedDividends(World world)
{
    private const long Keeper = 5;
    private const long FirstCustomer = 1_000;
    private const long RateScale = 100_000_000;
    private readonly List<(long Account, string Asset, long TimeNanos, long Amount)> _moves = [];
    private readonly Dictionary<string, Announced> _actions = new(StringComparer.Ordinal);

    /// <summary>Number of parts paid.</summary>
    public long Paid { get; private set; }

    /// <summary>Adds a movement into or out of an account.</summary>
    public void Moved(long account, string asset, long timeNanos, long amount)
    {
        if (account >= FirstCustomer && amount != 0)
            _moves.Add((account, asset, timeNanos, amount));
    }

    /// <summary>Adds a record of the catalog.</summary>
    public void See(CatalogRecord record)
    {
        switch (record)
        {
            case CorporateActionAnnounced announced:
                if (!_actions.TryAdd(announced.Request.Id, new Announced(announced.Request, announced.CutNanos)))
                    world.Find($"{announced} is announced again");
                break;
            case CorporateActionBegun begun:
                Step(begun.Id, CorporateActionState.Announced, CorporateActionState.Begun).MovesAtBegin = _moves.Count;
                break;
            case CorporateActionClosed closed:
                Close(Step(closed.Id, CorporateActionState.Begun, CorporateActionState.Entered), closed);
                break;
            case CorporateActionEnded ended:
                if (Step(ended.Id, CorporateActionState.Entered, CorporateActionState.Paid).Unpaid.Count > 0)
                    world.Find($"{ended} and something of it is not paid");
                break;
        }
    }

    /// <summary>Adds a record of an account.</summary>
    public void See(long account, AccountRecord record)
    {
        if (record is CorporateActionEntered part)
            Enter(account, part);
        if (record is CorporateActionPaid paid)
        {
            if (!_actions.TryGetValue(paid.Action, out var action) || !action.Unpaid.Remove(account, out var amount)
                || amount != paid.Amount)
                world.Find($"account {account}: {paid} is of nothing that was pending");
            else if (action.Request.PayDay > (world.Nights.Now.AddSeconds(world.Nights.ClockError)
                - DateTimeOffset.UnixEpoch).Days)
                world.Find($"account {account}: {paid} comes before its day");
            Paid++;
        }
    }

    /// <summary>Checks at the end that every announced dividend is paid.</summary>
    public void RequireSettled()
    {
        foreach (var (id, action) in _actions.Where(action => action.Value.State != CorporateActionState.Paid))
            world.Find($"{id} is {action.State} in the end: {action.Request}");
    }

    private void Enter(long account, CorporateActionEntered part)
    {
        if (!_actions.TryGetValue(part.Action, out var action) || action.MovesAtBegin < 0)
        {
            world.Find($"account {account}: {part} is of an action that has not begun");
            return;
        }

        if (!action.Parts.TryAdd(account, (part.Units, part.Amount)))
            world.Find($"account {account}: {part} again");
        if (part.PayDay > 0)
            action.Unpaid.Add(account, part.Amount);
        if (account == Keeper)
            return;

        if (!HadSince(action, account).Contains(part.Units))
            world.Find(
                $"account {account}: {part}, it had {string.Join(" or ", HadSince(action, account))} before {action.CutNanos}");
        if (part.Amount != Share(part.Units, action.Request.Rate))
            world.Find($"account {account}: {part}, {part.Units} come to {Share(part.Units, action.Request.Rate)}");
    }

    /// <summary>
    /// Returns the possible holdings of an account at the cut, from all records durable at any time since the action
    /// began: records of slow clocks come late.
    /// </summary>
    private List<long> HadSince(Announced action, long account)
    {
        var (sum, values) = (0L, new List<long>());
        for (var i = 0; i < _moves.Count; i++)
        {
            if (i == action.MovesAtBegin)
                values.Add(sum);
            var move = _moves[i];
            if (move.Account != account || move.Asset != action.Request.Symbol || move.TimeNanos >= action.CutNanos)
                continue;
            sum += move.Amount;
            if (i >= action.MovesAtBegin)
                values.Add(sum);
        }

        values.Add(sum);
        return values;
    }

    private void Close(Announced action, CorporateActionClosed closed)
    {
        var customers = action.Parts.Where(part => part.Key >= FirstCustomer).Select(part => part.Value).ToArray();
        var kept = action.Parts.GetValueOrDefault(Keeper).Amount;
        if (closed.Sums.Accounts != customers.Length
            || closed.Sums.LongUnits - closed.Sums.ShortUnits != customers.Sum(part => part.Units)
            || closed.Sums.Received - closed.Sums.Owed != customers.Sum(part => part.Amount)
            || closed.Sums.Rounding != kept
            || customers.Sum(part => part.Amount)
                + kept != Share(customers.Sum(part => part.Units), action.Request.Rate))
        {
            world.Find($"{closed}: its parts are {string.Join(' ', customers)}, and {kept} is kept");
        }

        foreach (var account in _moves.Select(move => move.Account).Distinct()
            .Where(account => !action.Parts.ContainsKey(account)))
        {
            if (!HadSince(action, account).Contains(0))
                world.Find(
                    $"{closed}: account {account} had {string.Join(" or ", HadSince(action, account))} and has no part");
        }
    }

    private Announced Step(string id, CorporateActionState from, CorporateActionState to)
    {
        if (!_actions.TryGetValue(id, out var action) || action.State != from)
            world.Find($"{id} comes to be {to} and was not {from}");
        action ??= new Announced(new CorporateActionRequest(id, 0, "", 0, 0, 0, "", ""), 0);
        action.State = to;
        return action;
    }

    private static long Share(long units, long rate) => (long)Math.Floor((decimal)units * rate / RateScale);

    private sealed class Announced(CorporateActionRequest request, long cutNanos)
    {
        public CorporateActionRequest Request => request;

        public long CutNanos => cutNanos;

        public CorporateActionState State { get; set; } = CorporateActionState.Announced;

        public int MovesAtBegin { get; set; } = -1;

        public Dictionary<long, (long Units, long Amount)> Parts { get; } = [];

        public Dictionary<long, long> Unpaid { get; } = [];
    }
}
