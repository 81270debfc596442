-- Reads the parts of a report (JSON, written by encuadre.build) into one document.
--
-- A part is {raw = text of the output format} from the project itself, {title = Markdown, id = …},
-- {markdown = Markdown} or {references = heading}. Markdown may hold text of the sources, so each
-- part is read by itself and cleaned: nothing raw, no images, no attributes, and links only to the
-- web, to mail, to sentences, and to anchors and works that exist.

local MARKDOWN = 'markdown-raw_html-raw_tex-raw_attribute-native_divs-native_spans-yaml_metadata_block'
  .. '-pandoc_title_block-latex_macros-markdown_in_html_blocks-header_attributes-auto_identifiers'
  .. '-implicit_header_references-link_attributes-inline_code_attributes-fenced_code_attributes'
  .. '-example_lists+autolink_bare_uris'
local BOXES = { note = true, warning = true, tip = true, important = true, caution = true }

local report, cited, headings = nil, false, {}

local function is_evidence(url) return url:match('^#sentences%?') ~= nil end

local function is_allowed(url)
  return url:match('^https?://') or url:match('^mailto:')
end

local function clean_link(link)
  local url = link.target
  local anchor = url:match('^#(.+)$')
  if anchor and report.references[anchor] then
    local text = #link.content > 0 and link.content or { pandoc.Str(report.references[anchor]) }
    return pandoc.Link(text, url)
  end
  if is_evidence(url) and report.evidence then
    return pandoc.Link(link.content, url, '', pandoc.Attr('', { 'evidence' }))
  end
  if is_allowed(url) then return pandoc.Link(link.content, url) end
  return link.content
end

local function box(div)
  for _, class in ipairs(div.classes) do
    if BOXES[class] then
      local name = class:sub(1, 1):upper() .. class:sub(2)
      local body = div.content:filter(function(b) return not (b.t == 'Div' and b.classes:includes('title')) end)
      if report.format == 'typst' then
        body:insert(1, pandoc.RawBlock('typst', '#callout[' .. name .. '][', true))
        body:insert(pandoc.RawBlock('typst', ']'))
        return body
      end
      body:insert(1, pandoc.Para({ pandoc.Strong({ pandoc.Str(name) }) }))
      return pandoc.Div(body, pandoc.Attr('', { 'callout', class }))
    end
  end
  return div.content
end

local function quote_typst(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('%s+', ' ') .. '"'
end

local function write_math(math)
  if report.format ~= 'typst' then return nil end
  local written = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ math }) }), 'typst'):gsub('%s+$', '')
  if not written:match('^%$.*%$$') then return pandoc.Code(math.text) end
  local block = tostring(math.mathtype == 'DisplayMath')
  return pandoc.RawInline('typst', '#math.equation(block: ' .. block .. ', alt: ' .. quote_typst(math.text) .. ', ' .. written .. ')')
end

-- Words without end would keep Typst's line breaking and the browser's busy: they may be broken
-- every 40 signs.
local function break_word(word)
  local page = report.format == 'html'
  if #word.text < (page and 400 or 60) then return nil end
  local pieces, signs = pandoc.Inlines({}), {}
  local function close(last)
    pieces:insert(pandoc.Str(table.concat(signs) .. ((last or page) and '' or '\u{200b}')))
    if page and not last then pieces:insert(pandoc.RawInline('html', '<wbr>')) end
    signs = {}
  end
  for _, code in utf8.codes(word.text) do
    signs[#signs + 1] = utf8.char(code)
    if #signs == 40 then close(false) end
  end
  close(true)
  return pieces, false
end

-- The address of a heading comes from its words, so that it is the same in the next build.
local function name_heading(text)
  local slug = 'h-' .. text:lower():gsub('[^a-z0-9]+', '-'):gsub('^%-+', ''):sub(1, 60):gsub('%-+$', '')
  headings[slug] = (headings[slug] or 0) + 1
  return headings[slug] == 1 and slug or slug .. '--' .. headings[slug]
end

-- In the page each heading carries a link to itself.
local function add_anchor(header)
  if report.format ~= 'html' then return header end
  local label = 'Link to: ' .. pandoc.utils.stringify(header.content)
  header.content:insert(pandoc.Link('#', '#' .. header.identifier, '', pandoc.Attr('', { 'anchor' }, { ['aria-label'] = label })))
  return header
end

local clean = {
  traverse = 'topdown',
  RawBlock = function() return {} end,
  RawInline = function() return {} end,
  Image = function(image) return image.caption end,
  Figure = function(figure) return figure.content end,
  Link = clean_link,
  Span = function(span) return span.content end,
  Div = box,
  Code = function(code) return pandoc.Code(code.text) end,
  CodeBlock = function(code) return pandoc.CodeBlock(code.text) end,
  Math = write_math,
  Str = break_word,
  Cite = function(cite)
    for _, citation in ipairs(cite.citations) do
      if not report.works[citation.id] then return cite.content end
    end
    cited = true
  end,
  Table = function(tbl)
    tbl.attr = pandoc.Attr()
    return tbl
  end,
  Header = function(header)
    header.level = math.max(header.level, 2)
    header.attr = pandoc.Attr(name_heading(pandoc.utils.stringify(header.content)))
    return header
  end,
}

-- Links must not hold links; citeproc and typst both stumble over it.
local function flatten(link)
  link.content = link.content:walk({ Link = function(inner) return inner.content end })
  return link
end

local function read_markdown(text)
  local blocks = pandoc.read(text, MARKDOWN).blocks
  return blocks:walk({ Link = flatten }):walk(clean):walk({ Header = add_anchor })
end

local function read_inlines(text)
  return pandoc.utils.blocks_to_inlines(read_markdown(text))
end

function Reader(input)
  report = pandoc.json.decode(tostring(input), false)
  local blocks = pandoc.Blocks({})
  for _, part in ipairs(report.parts) do
    if part.raw then
      blocks:insert(pandoc.RawBlock(report.format, part.raw))
    elseif part.title then
      local header = pandoc.Header(1, read_inlines(part.title), pandoc.Attr(part.id))
      blocks:insert(add_anchor(header))
    elseif part.markdown then
      blocks:extend(read_markdown(part.markdown))
    elseif part.references and cited then
      blocks:insert(add_anchor(pandoc.Header(1, { pandoc.Str(part.references) }, pandoc.Attr('references', { 'unnumbered' }))))
      blocks:insert(pandoc.Div({}, pandoc.Attr('refs')))
    end
  end
  return pandoc.Pandoc(blocks)
end
