-- Dissects freshet's frames in the captures of `freshet testbed --capture`: link type USER0 (147), before each frame the numbers
-- of the sending and the receiving node (4 bytes each, big-endian). Layouts: node/wire/overlay/frame.h, proto/freshet/overlay/v1.
-- Use: wireshark -X lua_script:scripts/wireshark/freshet.lua CAPTURE.pcap
local freshet = Proto("freshet", "freshet overlay frame")

local types = {
  [0x00] = "Ping", [0x01] = "Pong", [0x02] = "Bye", [0x30] = "Route table", [0x40] = "Push", [0x80] = "Query",
  [0x81] = "Query hit", [0xA0] = "Hello", [0xA1] = "Announce", [0xA2] = "Graft", [0xA3] = "Prune", [0xA4] = "Check back",
  [0xA5] = "Go on", [0xA6] = "Fetch",
  [0xD8] = "Browse", [0xD9] = "Browse page",
}
local fields = freshet.fields
fields.from = ProtoField.uint32("freshet.from", "From node")
fields.to = ProtoField.uint32("freshet.to", "To node")
fields.guid = ProtoField.bytes("freshet.guid", "GUID")
fields.type = ProtoField.uint8("freshet.type", "Type", base.HEX, types)
fields.ttl = ProtoField.uint8("freshet.ttl", "TTL")
fields.hops = ProtoField.uint8("freshet.hops", "Hops")
fields.length = ProtoField.uint32("freshet.length", "Body length")
fields.body = ProtoField.bytes("freshet.body", "Body (Protocol Buffers)")
fields.term = ProtoField.string("freshet.term", "Term")

local NUMBERS, HEADER = 8, 23

-- A varint at `at`: its value, and where the next byte is; nil where it is cut short.
local function varint(body, at)
  local value, factor = 0, 1
  while at < body:len() do
    local byte = body(at, 1):uint()
    value = value + (byte % 128) * factor
    at = at + 1
    if byte < 128 then return value, at end
    factor = factor * 128
  end
end

-- The terms of a Query: its field 1, repeated.
local function add_terms(body, tree)
  local at = 0
  local terms = {}
  while at < body:len() do
    local tag, size
    tag, at = varint(body, at)
    if tag == nil then break end
    local wire = tag % 8
    if wire == 0 then
      size, at = varint(body, at)
      if at == nil then break end
    elseif wire == 2 then
      size, at = varint(body, at)
      if size == nil or at + size > body:len() then break end
      if tag == 10 and size > 0 then
        tree:add(fields.term, body(at, size))
        terms[#terms + 1] = body(at, size):string()
      end
      at = at + size
    else
      break
    end
  end
  return table.concat(terms, " ")
end

function freshet.dissector(buffer, pinfo, tree)
  if buffer:len() < NUMBERS + HEADER then return 0 end
  pinfo.cols.protocol = "freshet"
  pinfo.cols.src = "node " .. buffer(0, 4):uint()
  pinfo.cols.dst = "node " .. buffer(4, 4):uint()
  local kind = buffer(NUMBERS + 16, 1):uint()
  local name = types[kind] or string.format("type 0x%02X", kind)
  local branch = tree:add(freshet, buffer(), "freshet " .. name)
  branch:add(fields.from, buffer(0, 4))
  branch:add(fields.to, buffer(4, 4))
  branch:add(fields.guid, buffer(NUMBERS, 16))
  branch:add(fields.type, buffer(NUMBERS + 16, 1))
  branch:add(fields.ttl, buffer(NUMBERS + 17, 1))
  branch:add(fields.hops, buffer(NUMBERS + 18, 1))
  branch:add_le(fields.length, buffer(NUMBERS + 19, 4))
  local info = string.format("%s TTL %d hops %d", name, buffer(NUMBERS + 17, 1):uint(), buffer(NUMBERS + 18, 1):uint())
  if buffer:len() > NUMBERS + HEADER then
    local body = buffer(NUMBERS + HEADER)
    local shown = branch:add(fields.body, body)
    if kind == 0x80 then info = info .. ": " .. add_terms(body, shown) end
  end
  pinfo.cols.info = info
  return buffer:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, freshet)
