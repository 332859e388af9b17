using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Gateway.Admission;

/// <summary>
/// Admits HTTP connections within limits: in total, so that the store has open files left, per address, and per address
/// without a request so far. A connection above a limit is closed at once.
/// </summary>
/// <remarks>Connections of a trusted proxy belong to many clients, so only the total limit counts them.</remarks>
internal sealed class ConnectionRoom(GatewayOptions options, GatewayMetrics metrics, TimeProvider time)
{
    /// <summary>Time after which a connection without a request is closed.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly AddressShares _connections = new(options.ConnectionsOfAddress);
    private readonly AddressShares _silent = new(options.SilentConnectionsOfAddress);
    private int _open;

    /// <summary>Passes admitted connections to the next part of the server.</summary>
    public ConnectionDelegate Admit(ConnectionDelegate next) => async connection =>
    {
        if (TryEnter(connection) is not { } seat)
        {
            metrics.ConnectionRefused();
            connection.Abort(new ConnectionAbortedException("Too many connections."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            seat.Leave();
        }
    };

    /// <summary>Records that a connection has sent a request.</summary>
    public static Task NoteRequestAsync(HttpContext context, RequestDelegate next)
    {
        context.Features.Get<Seat>()?.Speak();
        return next(context);
    }

    private Seat? TryEnter(ConnectionContext connection)
    {
        var from = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var counted = from is null
            || options.Proxies.Any(proxy => proxy.Contains(from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from))
            ? null
            : from;
        if (Interlocked.Increment(ref _open) > options.Connections
            || (counted is not null && !_connections.TryTake(counted)))
        {
            Interlocked.Decrement(ref _open);
            return null;
        }

        if (counted is not null && !_silent.TryTake(counted))
        {
            _connections.Return(counted);
            Interlocked.Decrement(ref _open);
            return null;
        }

        var seat = new Seat(this, counted);
        connection.Features.Set(seat);
        var since = time.GetTimestamp();
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(
            _ =>
            {
                if (seat.IsSilent && time.GetElapsedTime(since) > Patience)
                    connection.Abort(new ConnectionAbortedException("No request came."));
            },
            connection);
        return seat;
    }

    /// <summary>Seat of one connection.</summary>
    private sealed class Seat(ConnectionRoom room, IPAddress? address)
    {
        private int _spoke;

        public bool IsSilent => Volatile.Read(ref _spoke) == 0;

        public void Speak()
        {
            if (IsSilent && Interlocked.Exchange(ref _spoke, 1) == 0 && address is not null)
                room._silent.Return(address);
        }

        public void Leave()
        {
            Speak();
            if (address is not null)
                room._connections.Return(address);
            Interlocked.Decrement(ref room._open);
        }
    }
}
