using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Orders of one batch in flight: which are held, and which are answered.</summary>
internal sealed class OrderBatch(long account, ImmutableArray<HoldRequest> orders)
{
    private readonly ExecutionReport?[] _reports = new ExecutionReport?[orders.Length];
    private readonly ImmutableArray<HoldRequest>.Builder _requests =
        ImmutableArray.CreateBuilder<HoldRequest>(orders.Length);
    private readonly List<int> _positions = new(orders.Length);

    public long Account => account;

    /// <summary>Hold requests for the account, in sequence.</summary>
    public ImmutableArray<HoldRequest> Requests => _requests.ToImmutable();

    public void Hold(int position, HoldRequest request)
    {
        _requests.Add(request);
        _positions.Add(position);
    }

    public void Refuse(int position, Refusal refusal) => _reports[position] = ExecutionReport.Refused(
        orders[position], account, refusal.Reason, refusal.Field, refusal.Limit);

    /// <summary>Rejects every order that the account was asked about, whatever its report was.</summary>
    public void RefuseHeld(RejectReason reason)
    {
        foreach (var position in _positions)
            Refuse(position, new Refusal(reason));
    }

    /// <summary>Rejects every order that has no report yet.</summary>
    public void RefuseRest(RejectReason reason)
    {
        for (var i = 0; i < _reports.Length; i++)
        {
            if (_reports[i] is null)
                Refuse(i, new Refusal(reason));
        }
    }

    /// <summary>
    /// Groups the held orders into runs of one book that enter together. Rejects the orders that were not held.
    /// </summary>
    /// <param name="held">The account's result of each request.</param>
    /// <param name="areApart">True if orders of other books may stand between those of a run.</param>
    public List<Run> Runs(ImmutableArray<HoldResult> held, bool areApart)
    {
        var runs = new List<Run>();
        for (var i = 0; i < held.Length; i++)
        {
            var position = _positions[i];
            if (held[i].Order is not { } order)
            {
                Refuse(position, new Refusal(held[i].Reason, held[i].Field, held[i].Limit));
                continue;
            }

            var symbol = orders[position].Symbol;
            var run = areApart
                ? runs.Find(run => run.Symbol == symbol)
                : runs.Count > 0 && runs[^1].Symbol == symbol ? runs[^1] : null;
            if (run is null)
                runs.Add(run = new Run(symbol));
            run.Add(position, order);
        }

        return runs;
    }

    /// <summary>Notes the book's reports of a run. Returns false if the outcome of one is unknown.</summary>
    /// <param name="run">The run.</param>
    /// <param name="reports">The book's reports, one for each order.</param>
    /// <param name="translate">Makes the client's report from the book's.</param>
    public bool Report(
        Run run, ImmutableArray<ExecutionReport> reports, Func<ExecutionReport, ExecutionReport> translate)
    {
        var areKnown = true;
        for (var i = 0; i < reports.Length; i++)
        {
            var report = _reports[run.Positions[i]] = translate(reports[i]);
            areKnown &= report.Reason != RejectReason.OutcomeUnknown;
        }

        return areKnown;
    }

    /// <summary>Returns true if the book has answered a run.</summary>
    public bool IsAnswered(Run run) =>
        run.Positions.Exists(position => _reports[position] is not (null or { Reason: RejectReason.OutcomeUnknown }));

    public void Refuse(Run run, RejectReason reason)
    {
        foreach (var position in run.Positions)
            Refuse(position, new Refusal(reason));
    }

    public ImmutableArray<ExecutionReport> Reports()
    {
        if (Array.IndexOf(_reports, null) is >= 0 and var missing)
            throw new InvalidOperationException($"Order {missing} has no report.");

        return ImmutableCollectionsMarshal.AsImmutableArray<ExecutionReport>(_reports!);
    }

    /// <summary>Orders of one book that enter together.</summary>
    internal sealed class Run(string symbol)
    {
        private readonly List<SubmitOrder> _orders = [];

        public string Symbol => symbol;

        public List<int> Positions { get; } = [];

        public ImmutableArray<SubmitOrder> Orders => [.. _orders];

        public void Add(int position, SubmitOrder order)
        {
            Positions.Add(position);
            _orders.Add(order);
        }
    }
}
